package dev.ripcord.client.cli;

import com.google.protobuf.Duration;
import dev.ripcord.client.cli.Terminal.Style;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;

/** What runs, as a table that stays where it is. */
final class LivePicture implements WatchCommand.Show {
  private static final String TO_TOP = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";
  private static final int USUAL_HEIGHT = 24;
  private static final int USUAL_WIDTH = 80;
  private static final int OTHER_LINES = 5;

  /** A node as it was told of. */
  private record Seen(Node node, long nanos) {
    /** With its times as they are now. */
    Node now(long at) {
      Node.Builder aged = node.toBuilder().setAge(plus(node.getAge(), at - nanos));
      if (node.hasRemaining() && node.getState() == Node.State.LIVE) {
        aged.setRemaining(plus(node.getRemaining(), nanos - at));
      }
      return aged.build();
    }

    private static Duration plus(Duration duration, long more) {
      java.time.Duration sum = Words.duration(duration).plusNanos(more);
      return Duration.newBuilder().setSeconds(sum.getSeconds()).setNanos(sum.getNano()).build();
    }
  }

  private final Terminal terminal;
  private final RequestTable table;
  private final Map<String, Map<String, Seen>> live =
      new LinkedHashMap<>(); // by instance, by context
  private final Map<String, Status> silent = new TreeMap<>();
  private final int height;
  private final int width;
  private long opened;
  private long canceled;
  private boolean begun;

  LivePicture(Terminal terminal) {
    this.terminal = terminal;
    int[] size = size();
    this.height = size[0];
    this.width = size[1];
    this.table = new RequestTable(terminal, width);
  }

  @Override
  public void told(WatchCommand.Told told) {
    Event event = told.event();
    Status end = told.end();
    if (event != null) {
      silent.remove(told.instance());
      happened(told.instance(), event, told.nanos());
    } else if (end != null) {
      live.remove(told.instance());
      silent.put(told.instance(), end);
    }
  }

  private void happened(String instance, Event event, long nanos) {
    Map<String, Seen> nodes = live.computeIfAbsent(instance, none -> new LinkedHashMap<>());
    String key = Words.hex(event.getNode().getContextId());
    switch (event.getType()) {
      case OPENED -> {
        opened++;
        nodes.put(key, new Seen(event.getNode(), nanos));
      }
      case STOPPED -> nodes.remove(key);
      case ENDED -> {
        canceled++;
        nodes.put(key, new Seen(event.getNode(), nanos));
      }
      default -> nodes.put(key, new Seen(event.getNode(), nanos));
    }
  }

  @Override
  public void refresh() {
    List<Node> nodes = new ArrayList<>();
    long now = System.nanoTime();
    live.values().forEach(each -> each.values().forEach(seen -> nodes.add(seen.now(now))));
    List<Requests.One> requests = Requests.of(nodes);
    List<String> lines = new ArrayList<>();
    String count = RequestTable.count(requests.size(), nodes.size(), live.size());
    String seen = cut(count + "   seen: " + opened + " opened, " + canceled + " ended early");
    lines.add(
        terminal.styled(Style.STRONG, count)
            + terminal.styled(
                Style.FAINT, seen.substring(Math.min(count.length(), seen.length()))));
    silent.forEach(
        (instance, why) ->
            lines.add(
                terminal.styled(Style.BAD, cut(instance + " " + OperatorCommand.inWords(why)))));
    lines.add(table.head());
    int room = Math.max(1, height - OTHER_LINES - silent.size());
    requests.stream().limit(room).forEach(request -> lines.add(table.line(request)));
    if (requests.size() > room) {
      lines.add(terminal.styled(Style.FAINT, "and " + (requests.size() - room) + " more"));
    }
    draw(lines);
  }

  private String cut(String line) {
    return line.length() <= width ? line : line.substring(0, Math.max(0, width - 1));
  }

  private void draw(List<String> lines) {
    StringBuilder picture = new StringBuilder(begun ? TO_TOP : TO_TOP + CLEAR_REST);
    begun = true;
    lines.forEach(line -> picture.append(line).append(CLEAR_LINE).append('\n'));
    terminal.out().print(picture.append(CLEAR_REST));
    terminal.out().flush();
  }

  /** Rows and columns, as the terminal says. */
  private static int[] size() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream out = stty.getInputStream()) {
        StringTokenizer words =
            new StringTokenizer(new String(out.readAllBytes(), StandardCharsets.US_ASCII));
        return new int[] {Integer.parseInt(words.nextToken()), Integer.parseInt(words.nextToken())};
      }
    } catch (IOException | RuntimeException noTerminal) {
      return new int[] {USUAL_HEIGHT, USUAL_WIDTH};
    }
  }
}
