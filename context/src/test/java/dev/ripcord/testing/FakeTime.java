package dev.ripcord.testing;

import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it.
 *
 * <pre>{@code
 * FakeTime time = new FakeTime();
 * CancelScope scope = time.background().withTimeout(Duration.ofSeconds(5));
 * time.advance(Duration.ofSeconds(5));
 * assertTrue(scope.context().isDone());
 * }</pre>
 *
 * <p>Any thread may call any method; timers run on the thread that advances, in the order in which
 * they are due.
 */
public final class FakeTime implements TimeSource {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Comparator<Timer> DUE_FIRST =
      // By difference: the clock may be anywhere in its range.
      (a, b) ->
          a.atNanos == b.atNanos
              ? Long.compare(a.order, b.order)
              : Long.signum(a.atNanos - b.atNanos);

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(DUE_FIRST); // guarded by this, as all below
  private final long startNanos;
  private long nanos;
  private long order;
  private Duration wallClockStep = Duration.ZERO;

  /** A clock that begins at zero. */
  public FakeTime() {
    this(0);
  }

  /**
   * A monotonic clock that begins at {@code startNanos}; near {@link Long#MAX_VALUE} it will
   * overflow, as a real one may.
   */
  public FakeTime(long startNanos) {
    this.startNanos = startNanos;
    this.nanos = startNanos;
  }

  /** A root whose descendants live in this time. */
  public Context background() {
    return Context.background(this);
  }

  /** A deadline in this time. */
  public Deadline after(Duration timeout) {
    return Deadline.after(timeout, this);
  }

  /** Moves time on and runs, on this thread, the timers that became due meanwhile. */
  public void advance(Duration by) {
    if (by.isNegative()) {
      throw new IllegalArgumentException("time does not go back: " + by);
    }
    skip(by);
    for (Timer due = takeDue(); due != null; due = takeDue()) {
      due.task.run();
    }
  }

  /**
   * Moves time on but runs no timer, as if the timer thread were late; {@link #advance} with zero
   * lets them run.
   */
  public synchronized void skip(Duration by) {
    nanos += by.toNanos();
  }

  /** Somebody sets the wall clock; the monotonic one goes on undisturbed. */
  public synchronized void stepWallClock(Duration by) {
    wallClockStep = wallClockStep.plus(by);
  }

  /** How many timers are waiting. */
  public synchronized int timers() {
    return timers.size();
  }

  private synchronized @Nullable Timer takeDue() {
    Timer next = timers.peek();
    return next != null && next.atNanos - nanos <= 0 ? timers.poll() : null;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return START.plusNanos(nanos - startNanos).plus(wallClockStep);
  }

  @Override
  public synchronized Alarm schedule(long atNanos, Runnable task) {
    Timer timer = new Timer(atNanos, order++, task);
    timers.add(timer);
    return () -> forget(timer);
  }

  private synchronized void forget(Timer timer) {
    timers.remove(timer);
  }

  @Override
  public String toString() {
    return "fake time";
  }

  private static final class Timer {
    final long atNanos;
    final long order; // of scheduling, among timers due at the same instant
    final Runnable task;

    Timer(long atNanos, long order, Runnable task) {
      this.atNanos = atNanos;
      this.order = order;
      this.task = task;
    }
  }
}
