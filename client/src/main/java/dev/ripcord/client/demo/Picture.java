package dev.ripcord.client.demo;

import dev.ripcord.client.cli.Terminal;
import dev.ripcord.client.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Draws what a scenario has shown, for people:
 *
 * <pre>
 * ok cancel           canceled at the edge while identity, db and token are at work                   0.9 s
 *    USER_CANCELED "pressed cancel" 412 ms after the call
 *    `- gateway   Overview               CANCELED  USER_CANCELED   stopped after   0.8 ms
 *       |- db        Query heavy_report  CANCELED  USER_CANCELED   stopped after   3.0 ms
 *       ...
 *    ok every handler returned within a second
 * </pre>
 */
final class Picture {
  private static final String INDENT = "   ";
  private static final int TITLE = 23;
  private static final int WIDTH = 104;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Terminal terminal;

  Picture(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Before it plays. */
  void announce(Scenario scenario) {
    terminal.out().println();
    terminal
        .out()
        .println(
            terminal.styled(Style.STRONG, pad(scenario.title(), TITLE))
                + terminal.styled(Style.FAINT, scenario.story()));
  }

  /** After it has played. */
  void draw(Outcome outcome) {
    line(terminal.styled(Style.STRONG, outcome.edge()));
    rows(outcome.nodes()).forEach(this::line);
    if (!outcome.work().isEmpty()) {
      line(stopped(outcome.work()));
    }
    line(held(outcome));
    if (outcome.ok()) {
      claims(outcome);
    } else {
      outcome.checks().stream().filter(check -> !check.holds()).forEach(this::complain);
    }
  }

  /** {@code stopped for good: sql 3.1 ms (db heavy_report), process 4.0 ms (db gzip, 4711)}. */
  private String stopped(List<WorkResult> work) {
    return "stopped for good: "
        + work.stream()
            .map(each -> each.kind() + " " + time(each) + terminal.styled(Style.FAINT, of(each)))
            .collect(Collectors.joining(", "));
  }

  private String time(WorkResult work) {
    Long micros = work.stoppedAfterMicros();
    return micros == null
        ? terminal.styled(Style.BAD, "still running")
        : terminal.styled(Style.CUT, Times.ofMicros(micros));
  }

  private static String of(WorkResult work) {
    String process = work.pid() == null ? "" : ", " + work.pid();
    return " (" + work.service() + " " + work.name() + process + ")";
  }

  private String held(Outcome outcome) {
    long holding = outcome.checks().stream().filter(Check::holds).count();
    String seconds =
        String.format(Locale.ROOT, "%.1f s", outcome.took().toNanos() / NANOS_PER_SECOND);
    return (outcome.ok() ? terminal.tick() : terminal.cross())
        + " "
        + (outcome.ok() ? "all " : holding + " of ")
        + outcome.checks().size()
        + " checks hold, "
        + seconds;
  }

  /** What was verified, in the background. */
  private void claims(Outcome outcome) {
    StringBuilder line = new StringBuilder();
    for (Check check : outcome.checks()) {
      String claim = check.claim() + "; ";
      if (line.length() + claim.length() > WIDTH) {
        line(INDENT.substring(1) + terminal.styled(Style.FAINT, line.toString().stripTrailing()));
        line.setLength(0);
      }
      line.append(claim);
    }
    String rest = line.toString().stripTrailing();
    line(
        INDENT.substring(1)
            + terminal.styled(Style.FAINT, rest.substring(0, Math.max(0, rest.length() - 1))));
  }

  private void complain(Check check) {
    line(terminal.cross() + " not so: " + check.claim());
    line(INDENT + terminal.styled(Style.FAINT, "seen: " + check.seen()));
  }

  private void line(String text) {
    terminal.out().println(INDENT + text);
  }

  // --- The tree
  // -------------------------------------------------------------------------------------------------------

  /** A node's line before the columns are aligned. */
  private record Row(String branch, NodeResult node) {}

  private List<String> rows(List<NodeResult> nodes) {
    List<Row> rows = new ArrayList<>();
    Set<String> known =
        nodes.stream().map(NodeResult::contextId).collect(Collectors.toCollection(HashSet::new));
    List<NodeResult> tops =
        nodes.stream().filter(node -> !known.contains(node.parentContextId())).toList();
    for (int i = 0; i < tops.size(); i++) {
      branch(tops.get(i), nodes, "", i == tops.size() - 1, rows);
    }
    int width = rows.stream().mapToInt(row -> label(row).length()).max().orElse(0);
    return rows.stream().map(row -> row(row, width)).toList();
  }

  /** A tree of calls is as deep as its hops, which the wire bounds: recursion is safe. */
  private void branch(
      NodeResult node, List<NodeResult> nodes, String before, boolean last, List<Row> rows) {
    String corner =
        last ? terminal.either("\u2514\u2500 ", "`- ") : terminal.either("\u251c\u2500 ", "|- ");
    rows.add(new Row(before + corner, node));
    String below = before + (last ? "   " : terminal.either("\u2502  ", "|  "));
    List<NodeResult> children =
        nodes.stream()
            .filter(
                child -> child.parentContextId().equals(node.contextId()) && !child.equals(node))
            .toList();
    for (int i = 0; i < children.size() && rows.size() <= nodes.size(); i++) {
      branch(children.get(i), nodes, below, i == children.size() - 1, rows);
    }
  }

  private static String label(Row row) {
    return row.branch() + row.node().service() + "  " + work(row.node());
  }

  private static String work(NodeResult node) {
    String more = node.kind() == null ? "" : Shape.work(node);
    return more.isEmpty() ? node.shortMethod() : node.shortMethod() + " " + more;
  }

  private String row(Row row, int width) {
    NodeResult node = row.node();
    String gap = " ".repeat(width - label(row).length());
    return terminal.styled(Style.FAINT, row.branch())
        + terminal.styled(Style.STRONG, node.service())
        + "  "
        + work(node)
        + gap
        + "   "
        + end(node)
        + time(node)
        + way(node);
  }

  private String end(NodeResult node) {
    if (node.kind() == null) {
      return terminal.styled(Style.GOOD, pad("done", 36));
    }
    return terminal.styled(Style.CUT, pad(pad(node.kind(), 19) + node.code(), 36));
  }

  private String time(NodeResult node) {
    Long micros = node.stoppedAfterMicros();
    String text =
        micros == null
            ? terminal.styled(Style.BAD, "still running")
            : lead(Times.ofMicros(micros), 10);
    return text + wire(node);
  }

  /** By which services the reason came. */
  private String way(NodeResult node) {
    Told told = node.told();
    if (told == null || told.path().isEmpty()) {
      return "";
    }
    String services =
        told.path().stream()
            .map(hop -> hop.substring(0, hop.lastIndexOf('/')))
            .collect(Collectors.joining(terminal.either(" \u2192 ", " -> ")));
    return terminal.styled(Style.FAINT, "  " + services);
  }

  private String wire(NodeResult node) {
    boolean same = node.code() == null || node.code().equals(node.seenCode());
    return same ? "" : terminal.styled(Style.FAINT, "  (told " + node.seenCode() + ")");
  }

  private static String pad(@Nullable String text, int width) {
    String shown = String.valueOf(text);
    return shown + " ".repeat(Math.max(0, width - shown.length()));
  }

  private static String lead(String text, int width) {
    return " ".repeat(Math.max(0, width - text.length())) + text;
  }
}
