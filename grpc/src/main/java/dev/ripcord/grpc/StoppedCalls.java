package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The latest calls whose handlers have returned; older ones are forgotten. Holds none of their
 * values.
 */
final class StoppedCalls {

  /** What is remembered of a call. */
  record Stopped(
      CallIdentity identity,
      @Nullable SocketAddress peer,
      @Nullable Cancellation cancellation,
      @Nullable Duration remaining,
      long openedNanos,
      long endedNanos,
      long stoppedNanos) {}

  private final AtomicReferenceArray<@Nullable Stopped> ring;
  private final AtomicLong next = new AtomicLong();

  StoppedCalls(int remembered) {
    this.ring = new AtomicReferenceArray<>(remembered);
  }

  void add(HandledCall call, long stoppedNanos) {
    if (ring.length() == 0) {
      return;
    }
    Cancellation why = call.cancellation();
    Stopped stopped =
        new Stopped(
            call.identity(),
            call.peer(),
            why == null ? null : withoutCause(why),
            call.remaining(),
            call.openedNanos(),
            why == null ? stoppedNanos : call.endedNanos(),
            stoppedNanos);
    ring.set((int) (next.getAndIncrement() % ring.length()), stopped);
  }

  /** A cause may hold on to anything. */
  static Cancellation withoutCause(Cancellation why) {
    if (why.cause() == null) {
      return why;
    }
    Cancellation copy =
        why.kind() == Cancellation.Kind.CANCELED
            ? Cancellation.canceled(why.reason(), null)
            : Cancellation.deadlineExceeded(why.reason());
    copy = copy.withAt(why.at()).withPath(why.path());
    return why.origin() == null ? copy : copy.withOrigin(why.origin());
  }

  /** Latest first. */
  List<Stopped> latest() {
    List<Stopped> all = new ArrayList<>();
    long end = next.get();
    for (long i = end - 1; i >= Math.max(0, end - ring.length()); i--) {
      Stopped stopped = ring.get((int) (i % ring.length()));
      if (stopped != null) {
        all.add(stopped);
      }
    }
    return all;
  }
}
