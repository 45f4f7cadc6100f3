package dev.ripcord.bench.cascade;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** When the handlers of this process began and stopped, run by run. Guarded by itself. */
public final class Stops {
  private static final long PATIENCE_MILLIS = 20_000;

  /** Of one run. */
  private static final class Counts {
    private int started;
    private int stopped;
    private long lastNanos = Long.MIN_VALUE;
  }

  private final Map<Long, Counts> runs = new HashMap<>();

  /** Nothing has begun. */
  public Stops() {}

  /** A handler is at work, and would hear of its end from now on. */
  public synchronized void started(long run) {
    of(run).started++;
    notifyAll();
  }

  /** A handler has nothing more to do, since {@code nanos}. */
  public synchronized void stopped(long run, long nanos) {
    Counts counts = of(run);
    counts.stopped++;
    counts.lastNanos = Math.max(counts.lastNanos, nanos);
    notifyAll();
  }

  private Counts of(long run) {
    return runs.computeIfAbsent(run, none -> new Counts());
  }

  /** Waits until so many are at work. */
  public void awaitStarted(long run, int handlers) throws InterruptedException, TimeoutException {
    await(run, counts -> counts.started == handlers);
  }

  /** Waits until so many have stopped; returns when the last did, and forgets them. */
  public synchronized long awaitStopped(long run, int handlers)
      throws InterruptedException, TimeoutException {
    long last = await(run, counts -> counts.stopped == handlers);
    runs.remove(run);
    return last;
  }

  private synchronized long await(long run, Predicate<Counts> wanted)
      throws InterruptedException, TimeoutException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    Counts counts = of(run);
    while (!wanted.test(counts)) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException(
            "run " + run + ": " + counts.started + " began, " + counts.stopped + " stopped");
      }
      wait(left);
    }
    return counts.lastNanos;
  }
}
