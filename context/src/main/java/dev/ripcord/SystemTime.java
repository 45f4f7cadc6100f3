package dev.ripcord;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clocks and one timer thread. */
final class SystemTime implements TimeSource {
  static final SystemTime INSTANCE = new SystemTime();

  private final ScheduledThreadPoolExecutor timers;

  private SystemTime() {
    timers =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "ripcord-timer");
              thread.setDaemon(true);
              return thread;
            });
    timers.setRemoveOnCancelPolicy(
        true); // a deadline that was called off leaves nothing in the queue
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public Alarm schedule(long atNanos, Runnable task) {
    Future<?> scheduled = timers.schedule(task, atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  /** How many timers are waiting; for tests. */
  int waiting() {
    return timers.getQueue().size();
  }

  @Override
  public String toString() {
    return "system";
  }
}
