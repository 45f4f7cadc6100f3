package dev.ripcord.server.page;

import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A node as it was heard of last, with its times by this process's clock. Guarded by its {@link
 * Board}.
 */
final class KnownNode {

  /** How far it is; the order is that in which a node goes through them. */
  enum State {
    LIVE,
    ENDING,
    OVERDUE,
    /** It was told to end, and has. */
    STOPPED,
    /** It ended by itself. */
    DONE,
    /** Its process was, so that nobody knows. */
    LOST;

    boolean isRunning() {
      return this == LIVE || this == ENDING || this == OVERDUE;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  final String key;
  final KnownRequest request;
  final String address;

  private Node told;
  private boolean wasHeard;
  private State state = State.LIVE;
  private long openedNanos;
  private boolean openedIsExact;
  private @Nullable Long deadlineNanos;
  private @Nullable Long endedNanos; // if it was told to end
  private @Nullable Long stoppedNanos;
  private long heardNanos;
  private byte @Nullable [] json; // as of jsonNanos
  private long jsonNanos;

  /** Where it stands among all changes of the board. */
  long revision;

  KnownNode(String key, KnownRequest request, String address, Node told, long heardNanos) {
    this.key = key;
    this.request = request;
    this.address = address;
    this.told = told;
    this.heardNanos = heardNanos;
    this.openedNanos = heardNanos - nanos(told.getAge());
  }

  /**
   * Takes what its process says of it now. False if that is nothing new.
   *
   * @param type of the event, null if it was listed
   * @param offset what the process's clock lacks to ours, in nanoseconds
   */
  boolean hear(Event.@Nullable Type type, Node now, long offset, long heard) {
    boolean isFirst = !wasHeard;
    wasHeard = true;
    heardNanos = heard;
    State next = stateOf(now);
    if (type == null && !isFirst && (isOld(next) || isSame(next, now))) {
      return false;
    }
    told = now;
    state = next;
    json = null;
    if (now.hasCancellation() && now.getEndedMonotonicNs() != 0) {
      endedNanos = now.getEndedMonotonicNs() + offset;
    }
    if (!next.isRunning()) {
      stoppedNanos =
          now.getStoppedMonotonicNs() == 0 ? heard : now.getStoppedMonotonicNs() + offset;
    } else {
      stoppedNanos = null;
    }
    setOpened(type, now, heard);
    if (deadlineNanos == null && now.hasRemaining()) {
      deadlineNanos = sinceWhen(heard) + nanos(now.getRemaining());
    }
    return true;
  }

  /** What is listed may have been written down before the last event. */
  private boolean isOld(State next) {
    return next.compareTo(state) < 0 && next != State.OVERDUE;
  }

  private boolean isSame(State next, Node now) {
    return next == state
        && now.getStackList().equals(told.getStackList())
        && now.getOverdueCount() == told.getOverdueCount()
        && now.getDoing().equals(told.getDoing());
  }

  /** An event's age is that at the event; what is listed tells it as of now, until it stops. */
  private void setOpened(Event.@Nullable Type type, Node now, long heard) {
    Long at = !state.isRunning() ? stoppedNanos : type == Event.Type.ENDED ? endedNanos : null;
    if (at != null) {
      openedNanos = at - nanos(now.getAge());
      openedIsExact = true;
    } else if (!openedIsExact && now.hasAge()) {
      openedNanos = Math.min(openedNanos, heard - nanos(now.getAge()));
    }
  }

  private long sinceWhen(long heard) {
    return endedNanos != null ? endedNanos : stoppedNanos != null ? stoppedNanos : heard;
  }

  private static State stateOf(Node node) {
    return switch (node.getState()) {
      case ENDING -> State.ENDING;
      case OVERDUE -> State.OVERDUE;
      case STOPPED -> node.hasCancellation() ? State.STOPPED : State.DONE;
      default -> State.LIVE;
    };
  }

  /** What was overdue has returned, or its process is gone. */
  void over(State how, long nanos) {
    state = how;
    stoppedNanos = nanos;
    json = null;
  }

  Node told() {
    return told;
  }

  State state() {
    return state;
  }

  long openedNanos() {
    return openedNanos;
  }

  long heardNanos() {
    return heardNanos;
  }

  @Nullable Long deadlineNanos() {
    return deadlineNanos;
  }

  @Nullable Long endedNanos() {
    return endedNanos;
  }

  @Nullable Long stoppedNanos() {
    return stoppedNanos;
  }

  /** What {@link #keepJson} kept, if it still says what is true at {@code now}. */
  byte @Nullable [] json(long now) {
    return jsonNanos == now || !state.isRunning() ? json : null;
  }

  void keepJson(byte[] bytes, long now) {
    json = bytes;
    jsonNanos = now;
  }

  /** Times relative to the request's cancel have changed. */
  void dropJson() {
    json = null;
  }

  static long nanos(com.google.protobuf.Duration duration) {
    return duration.getSeconds() * 1_000_000_000 + duration.getNanos();
  }
}
