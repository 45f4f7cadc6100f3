package dev.ripcord;

import java.time.Instant;
import java.util.Objects;

/** The machine's clocks and one timer thread. */
final class SystemTime implements TimeSource {
  static final SystemTime INSTANCE = new SystemTime();

  /** Here, so that a process without timers has no thread for them. */
  private static final class Lazily {
    static final Timers TIMERS = Timers.start("ripcord-timer");
  }

  private SystemTime() {}

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
    return Lazily.TIMERS.arm(atNanos, Objects.requireNonNull(task, "task is null"));
  }

  /** How many timers are waiting; for tests. */
  int waiting() {
    return Lazily.TIMERS.size();
  }

  @Override
  public String toString() {
    return "system";
  }
}
