package dev.ripcord.client.demo;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OutgoingCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request's nodes, as all processes report them, put together.
 *
 * <p>Both ends of a call carry the same context id. A callee that was reset knows only that its
 * caller gave up; the caller's end of the same call says why. So a node's {@code code} is looked
 * for from the callee up to the edge, and the first that says more than "the client canceled" is
 * it.
 */
final class Tree {
  private static final String NO_REASON_GIVEN = "CLIENT_CANCELED";
  private static final int DEEPEST =
      64; // ids come from other processes: a ring among them must not hold us

  private final List<Node> nodes;
  private final Map<ByteString, Node> byContext = new HashMap<>();
  private final Map<ByteString, OutgoingCall> callersEnd = new HashMap<>();
  private final String edgeCode;

  /**
   * From what was listed.
   *
   * @param edgeCode the code with which the edge ended the request
   */
  Tree(List<Node> nodes, String edgeCode) {
    this.nodes = nodes;
    this.edgeCode = edgeCode;
    for (Node node : nodes) {
      byContext.put(node.getContextId(), node);
      node.getCallsList().forEach(call -> callersEnd.put(call.getContextId(), call));
    }
  }

  /**
   * The nodes that were there when it happened, or came later, parents first.
   *
   * @param eventNanos when it happened, by {@link System#nanoTime}
   */
  List<NodeResult> resultsSince(long eventNanos) {
    List<NodeResult> results = new ArrayList<>();
    for (Node node : nodes) {
      if (!isOverBefore(node, eventNanos) && !isEarlierStep(node)) {
        results.add(result(node, eventNanos));
      }
    }
    results.sort(Comparator.comparingInt(NodeResult::depth).thenComparing(NodeResult::service));
    return List.copyOf(results);
  }

  private static boolean isOverBefore(Node node, long eventNanos) {
    return !node.hasCancellation()
        && node.getStoppedMonotonicNs() != 0
        && node.getStoppedMonotonicNs() < eventNanos;
  }

  /**
   * Whether its caller had its answer and had gone on to the same call again, which was then cut.
   * On a busy machine a handler can return long after its answer has.
   */
  private boolean isEarlierStep(Node node) {
    return !node.hasCancellation()
        && nodes.stream()
            .anyMatch(
                next ->
                    next.hasCancellation()
                        && next.getParentContextId().equals(node.getParentContextId())
                        && next.getMethod().equals(node.getMethod())
                        && openedAt(next).isAfter(openedAt(node)));
  }

  @SuppressWarnings("ProtoTimestampGetSecondsGetNano") // both parts are used
  private static Instant openedAt(Node node) {
    return Instant.ofEpochSecond(node.getOpenedAt().getSeconds(), node.getOpenedAt().getNanos());
  }

  private NodeResult result(Node node, long eventNanos) {
    Cancellation seen = node.hasCancellation() ? node.getCancellation() : null;
    Cancellation why = seen == null ? null : why(node, seen);
    return new NodeResult(
        node.getService(),
        node.getInstance(),
        node.getPid(),
        node.getMethod(),
        node.getDepth(),
        hex(node.getContextId()),
        hex(node.getParentContextId()),
        seen == null ? null : seen.getKind().name(),
        why == null ? null : why.getReason().getCode(),
        seen == null ? null : seen.getReason().getCode(),
        why == null ? null : Told.of(why),
        stoppedAfterMicros(node, eventNanos));
  }

  private static @Nullable Long stoppedAfterMicros(Node node, long eventNanos) {
    long stopped = node.getStoppedMonotonicNs();
    return stopped == 0 ? null : TimeUnit.NANOSECONDS.toMicros(stopped - eventNanos);
  }

  private Cancellation why(Node node, Cancellation seen) {
    Node at = node;
    for (int hops = 0; givesNoReason(seen) && hops < DEEPEST; hops++) {
      OutgoingCall call = callersEnd.get(at.getContextId());
      if (call != null && call.hasCancellation() && !givesNoReason(call.getCancellation())) {
        return call.getCancellation();
      }
      Node caller = byContext.get(at.getParentContextId());
      if (caller == null) {
        return ofTheEdge(seen);
      }
      if (caller.hasCancellation() && !givesNoReason(caller.getCancellation())) {
        return caller.getCancellation();
      }
      at = caller;
    }
    return seen;
  }

  private static boolean givesNoReason(Cancellation why) {
    return why.getReason().getCode().equals(NO_REASON_GIVEN);
  }

  private Cancellation ofTheEdge(Cancellation why) {
    Cancellation.Builder edge = why.toBuilder();
    edge.getReasonBuilder().setCode(edgeCode);
    return edge.build();
  }

  /** For each value's name, the services it was seen in, from the edge down. */
  Map<String, List<String>> services() {
    Map<String, List<String>> services = new TreeMap<>();
    nodes.stream()
        .sorted(Comparator.comparingInt(Node::getDepth).thenComparing(Node::getService))
        .forEach(
            node ->
                node.getValueNamesList()
                    .forEach(name -> addOnce(services, name, node.getService())));
    return services;
  }

  private static void addOnce(Map<String, List<String>> services, String name, String service) {
    List<String> those = services.computeIfAbsent(name, absent -> new ArrayList<>());
    if (!those.contains(service)) {
      those.add(service);
    }
  }

  static boolean isLive(Node node) {
    return node.getState() == Node.State.LIVE;
  }

  static boolean haveAllStopped(List<Node> nodes) {
    return nodes.stream().allMatch(node -> node.getStoppedMonotonicNs() != 0);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
