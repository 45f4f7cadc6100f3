package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.page.KnownNode.State;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A request and its nodes. Guarded by its {@link Board}. */
final class KnownRequest {
  private static final Comparator<KnownNode> FROM_THE_EDGE =
      Comparator.<KnownNode>comparingInt(node -> node.told().getDepth())
          .thenComparingLong(KnownNode::openedNanos);

  /** What the caller was told. */
  record Outcome(String status, String message) {}

  /** What it was started with here. */
  record Started(Start start, boolean held) {}

  final RequestId id;
  final long seenNanos;
  final Map<String, KnownNode> nodes = new LinkedHashMap<>();
  @Nullable Started started;
  @Nullable Outcome outcome;
  @Nullable Long pressedNanos;

  /** Since when nothing of it runs; null while something does. */
  @Nullable Long quietNanos;

  /** Whether it has been quiet for so long that nothing more is expected. */
  boolean over;

  /** Where it stands among all changes of the board. */
  long revision;

  /** Where its last node stands. */
  long nodesRevision;

  private @Nullable Long zeroNanos; // what told and stopped are counted from, when last asked

  KnownRequest(RequestId id, long seenNanos) {
    this.id = id;
    this.seenNanos = seenNanos;
  }

  /** Callers before callees. */
  List<KnownNode> fromTheEdge() {
    return nodes.values().stream().sorted(FROM_THE_EDGE).toList();
  }

  boolean isRunning() {
    return nodes.values().stream().anyMatch(node -> node.state().isRunning())
        || (started != null && outcome == null);
  }

  boolean wasCanceled() {
    return nodes.values().stream().anyMatch(node -> node.endedNanos() != null);
  }

  long openedNanos() {
    return nodes.values().stream().mapToLong(KnownNode::openedNanos).min().orElse(seenNanos);
  }

  /** When its last node had stopped; {@code now} while one runs. */
  long untilNanos(long now) {
    return isRunning()
        ? now
        : nodes.values().stream()
            .map(KnownNode::stoppedNanos)
            .filter(Objects::nonNull)
            .mapToLong(Long::longValue)
            .max()
            .orElse(now);
  }

  State state() {
    Collection<KnownNode> all = nodes.values();
    for (State state : List.of(State.OVERDUE, State.ENDING, State.LIVE)) {
      if (all.stream().anyMatch(node -> node.state() == state)) {
        return state;
      }
    }
    if (started != null && outcome == null) {
      return State.LIVE;
    }
    return wasCanceled() ? State.STOPPED : State.DONE;
  }

  /** When the first node was told to end; null if none was. */
  private @Nullable Long firstToldNanos() {
    return nodes.values().stream()
        .map(KnownNode::endedNanos)
        .filter(Objects::nonNull)
        .min(Long::compare)
        .orElse(null);
  }

  /** Whether the press here was what ended it. */
  boolean wasPressed() {
    Long first = firstToldNanos();
    return pressedNanos != null && (first == null || pressedNanos <= first);
  }

  /**
   * What times of its cancel are counted from; null if it was not canceled. Should it have moved,
   * nodes that were told before are told anew.
   */
  @Nullable Long zeroNanos() {
    return wasPressed() ? pressedNanos : firstToldNanos();
  }

  /** Whether {@link #zeroNanos} has moved since this was asked last. */
  boolean zeroHasMoved() {
    Long now = zeroNanos();
    boolean moved = !Objects.equals(now, zeroNanos);
    zeroNanos = now;
    return moved;
  }
}
