package dev.ripcord.client.cli;

import com.google.protobuf.ByteString;
import dev.ripcord.client.cli.Terminal.Style;
import dev.ripcord.proto.v1.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One request over all processes:
 *
 * <pre>
 * gateway/1  Gateway/Overview  live  1.2 s  ######---- 3.8 s left
 * |- db/1  Db/Query  query heavy_report  overdue  1.1 s
 * |     ADMIN "too heavy" by 127.0.0.1 at gateway/1
 * |     handler runs on 4.2 s after its end, on thread handler-3
 * |       at com.acme...
 * `- token/1  Token/Verify  proof of audit trail  stopped  0.9 s
 * </pre>
 */
final class RequestTree {
  /** A node to be drawn, with what stands before it. */
  private record Place(Node node, String before, boolean top, boolean last) {}

  private final Terminal terminal;
  private final OverdueLines overdue;
  private final List<String> lines = new ArrayList<>();

  private RequestTree(Terminal terminal, boolean wholeStacks) {
    this.terminal = terminal;
    this.overdue = new OverdueLines(terminal, wholeStacks);
  }

  static List<String> lines(Requests.One request, Terminal terminal, boolean wholeStacks) {
    RequestTree tree = new RequestTree(terminal, wholeStacks);
    tree.draw(request.nodes());
    return tree.lines;
  }

  /** Ids come from other processes: a ring or a chain without end among them must not hold us. */
  private void draw(List<Node> nodes) {
    Set<ByteString> known = new HashSet<>();
    nodes.forEach(node -> known.add(node.getContextId()));
    Map<ByteString, List<Node>> children = new HashMap<>();
    List<Node> tops = new ArrayList<>();
    for (Node node : nodes) {
      if (known.contains(node.getParentContextId())) {
        children.computeIfAbsent(node.getParentContextId(), id -> new ArrayList<>()).add(node);
      } else {
        tops.add(node);
      }
    }
    Deque<Place> next = new ArrayDeque<>();
    push(next, tops, "", true);
    Set<ByteString> drawn = new HashSet<>();
    while (!next.isEmpty()) {
      Place place = next.pop();
      draw(place);
      if (drawn.add(place.node.getContextId())) {
        List<Node> below = children.getOrDefault(place.node.getContextId(), List.of());
        push(next, below, below(place), false);
      }
    }
  }

  private static void push(Deque<Place> next, List<Node> nodes, String before, boolean top) {
    for (int i = nodes.size() - 1; i >= 0; i--) {
      next.push(new Place(nodes.get(i), before, top, i == nodes.size() - 1));
    }
  }

  private String below(Place place) {
    if (place.top) {
      return "";
    }
    return place.before + (place.last ? "   " : terminal.either("\u2502  ", "|  "));
  }

  private String corner(Place place) {
    if (place.top) {
      return "";
    }
    return place.before
        + (place.last
            ? terminal.either("\u2514\u2500 ", "`- ")
            : terminal.either("\u251c\u2500 ", "|- "));
  }

  private void draw(Place place) {
    Node node = place.node;
    lines.add(
        terminal.styled(Style.FAINT, corner(place))
            + terminal.styled(Style.STRONG, Words.process(node))
            + "  "
            + Words.method(node)
            + doing(node)
            + "  "
            + terminal.styled(
                RequestTable.style(node.getState()), RequestTable.state(node.getState()))
            + "  "
            + Words.time(Words.duration(node.getAge()))
            + time(node));
    String under = terminal.styled(Style.FAINT, below(place)) + "     ";
    if (node.hasCancellation()) {
      String arrow = terminal.either(" \u2192 ", " -> ");
      lines.add(under + terminal.styled(Style.CUT, Words.why(node.getCancellation(), arrow)));
    }
    overdue.of(node).forEach(line -> lines.add(under + line));
  }

  /** What it is at, or was. */
  private static String doing(Node node) {
    return node.getDoing().isEmpty() ? "" : "  " + Words.safe(node.getDoing());
  }

  private String time(Node node) {
    if (!node.hasRemaining() || node.getState() != Node.State.LIVE) {
      return "";
    }
    return "  "
        + RequestTable.bar(terminal, node)
        + " "
        + Words.time(Words.duration(node.getRemaining()))
        + " left";
  }
}
