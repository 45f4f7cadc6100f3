package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Requests that were ended by their id, for a minute, so that what arrives late of them is born
 * done. Holds a bounded number and forgets the oldest first.
 */
final class CanceledRequests {
  static final Duration KEPT = Duration.ofSeconds(60);
  static final int MOST = 4096;

  private record Entry(RequestId id, Cancellation why, long untilNanos) {}

  private final Background background;
  private final TimeSource time;
  private final ConcurrentHashMap<RequestId, Entry> entries = new ConcurrentHashMap<>();
  private final Deque<Entry> oldestFirst = new ArrayDeque<>(); // guarded by this
  private boolean sweeping; // guarded by this; whether a sweep is planned

  CanceledRequests(Background background, TimeSource time) {
    this.background = background;
    this.time = time;
  }

  /**
   * Ends what arrives under {@code id} from now on. The first cancellation of a request stays until
   * it is forgotten.
   */
  synchronized void remember(RequestId id, Cancellation why) {
    if (oldestFirst.size() >= MOST) {
      forgetOldest();
    }
    Entry before = entries.get(id);
    long until = time.nanoTime() + KEPT.toNanos();
    Entry entry = new Entry(id, before == null ? why : before.why(), until);
    entries.put(id, entry);
    oldestFirst.addLast(entry);
    if (!sweeping) {
      sweepLater();
    }
  }

  /** Why calls of {@code id} are to end, or null if they are not. */
  @Nullable Cancellation of(RequestId id) {
    Entry entry = entries.get(id);
    return entry == null || entry.untilNanos() - time.nanoTime() < 0 ? null : entry.why();
  }

  private synchronized void sweep() {
    sweeping = false;
    Entry oldest = oldestFirst.peekFirst();
    while (oldest != null && oldest.untilNanos() - time.nanoTime() < 0) {
      forgetOldest();
      oldest = oldestFirst.peekFirst();
    }
    if (oldest != null) {
      sweepLater();
    }
  }

  private void sweepLater() {
    sweeping = true;
    TimeSource.Alarm unused =
        time.schedule(time.nanoTime() + KEPT.toNanos(), () -> background.execute(this::sweep));
  }

  synchronized int count() {
    return oldestFirst.size();
  }

  private void forgetOldest() {
    Entry oldest = oldestFirst.removeFirst();
    // Unless it was remembered again since.
    entries.remove(oldest.id(), oldest);
  }
}
