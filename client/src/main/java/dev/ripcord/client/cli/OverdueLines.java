package dev.ripcord.client.cli;

import dev.ripcord.client.cli.Terminal.Style;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OverdueWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What of a call runs on, and where it is:
 *
 * <pre>
 * handler runs on 4.2 s after its end, on thread handler-3
 *   at java.util.concurrent.locks.LockSupport.park(LockSupport.java:211)
 *   at com.acme.Report.build(Report.java:41)
 *   ... 17 more
 * </pre>
 */
final class OverdueLines {
  private final Terminal terminal;
  private final boolean wholeStacks;

  OverdueLines(Terminal terminal, boolean wholeStacks) {
    this.terminal = terminal;
    this.wholeStacks = wholeStacks;
  }

  List<String> of(Node node) {
    List<String> lines = new ArrayList<>();
    for (OverdueWork work : node.getOverdueList()) {
      lines.add(terminal.styled(Style.BAD, words(work)));
      lines.addAll(stack(work.getStackList()));
    }
    // A process of an earlier version tells the handler's only.
    return lines.isEmpty() ? stack(node.getStackList()) : lines;
  }

  private static String words(OverdueWork work) {
    String kind = work.getKind().name().toLowerCase(Locale.ROOT);
    String name = work.getName().isEmpty() ? "" : " \"" + Words.safe(work.getName()) + "\"";
    return kind
        + name
        + " runs on "
        + Words.time(Words.duration(work.getSinceEnd()))
        + " after its end, on thread "
        + Words.safe(work.getThread());
  }

  private List<String> stack(List<String> frames) {
    List<String> shown = wholeStacks ? Frames.all(frames) : Frames.few(frames);
    return shown.stream()
        .map(frame -> "  " + (frame.startsWith("...") ? frame : "at " + frame))
        .map(line -> terminal.styled(Style.FAINT, line))
        .toList();
  }
}
