package dev.ripcord.client.cli;

import dev.ripcord.client.cli.Terminal.Style;
import dev.ripcord.proto.v1.Node;
import java.time.Duration;
import java.util.Locale;

/**
 * Requests as a table:
 *
 * <pre>
 * REQUEST                           STATE        AGE       LEFT  CALLS  ENTRY              SERVICES
 * 4bf92f3577b34da6a3ce929d0e0e4736  live       1.2 s      3.8 s      5  Gateway/Overview   gateway db*2 identity token
 * </pre>
 */
final class RequestTable {
  private static final String FORM = "%-32s  %-7s  %9s  %9s  %5s  %-26s  %s";

  private final Terminal terminal;
  private final int width;

  RequestTable(Terminal terminal) {
    this(terminal, Integer.MAX_VALUE);
  }

  /** One whose lines have at most {@code width} characters. */
  RequestTable(Terminal terminal, int width) {
    this.terminal = terminal;
    this.width = width;
  }

  private String cut(String line) {
    return line.length() <= width ? line : line.substring(0, width);
  }

  String head() {
    String head =
        String.format(
            Locale.ROOT, FORM, "REQUEST", "STATE", "AGE", "LEFT", "CALLS", "ENTRY", "SERVICES");
    return terminal.styled(Style.FAINT, cut(head));
  }

  String line(Requests.One request) {
    Node entry = request.entry();
    String left = entry.hasRemaining() ? Words.time(Words.duration(entry.getRemaining())) : "-";
    String line =
        String.format(
            Locale.ROOT,
            FORM,
            Words.hex(request.id()),
            state(request.state()),
            Words.time(request.age()),
            left,
            request.nodes().size(),
            Words.method(entry),
            request.services());
    Node canceled = request.canceled();
    String why =
        canceled == null ? "" : "  " + Words.safe(canceled.getCancellation().getReason().getCode());
    return terminal.styled(style(request.state()), cut(line + why));
  }

  static String state(Node.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static Style style(Node.State state) {
    return switch (state) {
      case OVERDUE -> Style.BAD;
      case ENDING -> Style.CUT;
      case STOPPED -> Style.FAINT;
      default -> Style.GOOD;
    };
  }

  /** For the last line. */
  static String count(int requests, int calls, int instances) {
    return requests == 0
        ? "Nothing runs on " + plural(instances, "instance") + "."
        : plural(requests, "request")
            + ", "
            + plural(calls, "call")
            + ", "
            + plural(instances, "instance");
  }

  static String plural(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** Whether there is time left, as a bar: {@code ######----}. */
  static String bar(Terminal terminal, Node node) {
    Duration left = Words.duration(node.getRemaining());
    Duration all = left.plus(Words.duration(node.getAge()));
    double share = all.toNanos() <= 0 ? 0 : (double) left.toNanos() / all.toNanos();
    int full = (int) Math.round(Math.min(1, Math.max(0, share)) * BAR);
    return terminal.either("\u2588", "#").repeat(full)
        + terminal.either("\u2591", "-").repeat(BAR - full);
  }

  private static final int BAR = 10;
}
