package dev.ripcord.client.cli;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Nodes of many processes, put together by request. */
final class Requests {
  private Requests() {}

  /**
   * What is known of one request.
   *
   * @param id its 16 bytes
   * @param nodes at least one, from the edge down
   */
  record One(ByteString id, List<Node> nodes) {

    /** The node nearest the edge. */
    Node entry() {
      return nodes.get(0);
    }

    Duration age() {
      return nodes.stream()
          .map(node -> Words.duration(node.getAge()))
          .max(Comparator.naturalOrder())
          .orElse(Duration.ZERO);
    }

    /** The state of what is worst off. */
    Node.State state() {
      return nodes.stream()
          .map(Node::getState)
          .max(Comparator.comparingInt(Requests::urgency))
          .orElse(Node.State.LIVE);
    }

    /** {@code gateway identity db*2}. */
    String services() {
      Map<String, Integer> counts = new LinkedHashMap<>();
      nodes.forEach(node -> counts.merge(Words.safe(node.getService()), 1, Integer::sum));
      return counts.entrySet().stream()
          .map(e -> e.getKey() + (e.getValue() == 1 ? "" : "*" + e.getValue()))
          .collect(Collectors.joining(" "));
    }

    /** A node that was canceled, the nearest to the edge; null if none was. */
    @Nullable Node canceled() {
      return nodes.stream().filter(Node::hasCancellation).findFirst().orElse(null);
    }
  }

  private static int urgency(Node.State state) {
    return switch (state) {
      case OVERDUE -> 3;
      case ENDING -> 2;
      case LIVE -> 1;
      default -> 0;
    };
  }

  /** Oldest first. A process that was asked twice counts once. */
  static List<One> of(Iterable<Node> nodes) {
    Map<ByteString, List<Node>> byRequest =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    Set<String> seen = new HashSet<>();
    for (Node node : nodes) {
      String key = Words.process(node) + node.getPid() + Words.hex(node.getContextId());
      if (seen.add(key)) {
        byRequest.computeIfAbsent(node.getRequestId(), id -> new ArrayList<>()).add(node);
      }
    }
    List<One> requests = new ArrayList<>();
    byRequest.forEach((id, its) -> requests.add(new One(id, fromTheEdge(its))));
    requests.sort(Comparator.comparing(One::age).reversed());
    return requests;
  }

  private static List<Node> fromTheEdge(List<Node> nodes) {
    return nodes.stream()
        .sorted(
            Comparator.comparingInt(Node::getDepth)
                .thenComparing(Node::getService)
                .thenComparing(node -> Words.hex(node.getContextId())))
        .toList();
  }
}
