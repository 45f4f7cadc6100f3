package dev.ripcord;

import java.time.Instant;

/**
 * Now and later in one seam. Every reading of a clock and every timer of the tree comes from here,
 * so a test that drives a {@code TimeSource} of its own never sleeps.
 */
public interface TimeSource {

  /** The monotonic clock, in nanoseconds from an arbitrary origin, as {@link System#nanoTime()}. */
  long nanoTime();

  /** The wall clock, for display only; no decision is made on it. */
  Instant now();

  /**
   * Runs {@code task} once on a thread of the source when {@link #nanoTime()} reaches {@code
   * atNanos}, not before. Must return without running it: it is called with a lock held.
   */
  Alarm schedule(long atNanos, Runnable task);

  /** One scheduled task. */
  interface Alarm {
    /**
     * Calls the task off and forgets it; nothing of it stays in any queue. Harmless when it has
     * run.
     */
    void cancel();
  }

  /** The machine's clocks, with one daemon thread for all timers. */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }
}
