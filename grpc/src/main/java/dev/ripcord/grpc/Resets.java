package dev.ripcord.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Resets the streams of calls whose callees were told why they end, a moment later and only where
 * the callee has not closed them by then. One thread for all, which goes when it has nothing to do.
 *
 * <p>Most streams are closed by their callee in that moment. Of the rest only so many are reset
 * each half minute, since a server takes many resets for an attack and cuts the connection with all
 * innocent calls on it; those beyond, and those whose callee cannot have been told yet, wait
 * longer, but ten seconds at most.
 */
final class Resets {
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int LOOKS_LATER = 10;
  private static final int LOOKS = 30;
  private static final long IDLE_SECONDS = 5;

  /** A call that was ended here, and whose streams may still be open. */
  interface Resettable {
    /** Whether gRPC knows that it has ended. */
    boolean isOver();

    /** Whether a stream of it is open now; gRPC may be about to try again if not. */
    boolean isOpen();

    /**
     * Takes one from what its connections may send; false if they have sent enough for now, or if
     * the reset would come before what the callee is told.
     */
    boolean mayReset();

    void reset();
  }

  private record Due(Resettable call, int looks, long nanos) {}

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Resets::thread);
  private final Line soon = new Line(MOMENT_NANOS);
  private final Line later = new Line(LATER_NANOS);
  private final Line late = new Line(LATE_NANOS);

  Resets() {
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ripcord-resets");
    thread.setDaemon(true);
    return thread;
  }

  /** The call has been ended, and its callee told. */
  void expect(Resettable call) {
    soon.add(call, 0);
  }

  /** Runs {@code work}, which must not block, after {@code millis} on the thread of the resets. */
  void later(Runnable work, long millis) {
    Future<?> unused = timer.schedule(work, millis, TimeUnit.MILLISECONDS);
  }

  private void due(Due due) {
    Resettable call = due.call;
    if (call.isOver()) {
      return;
    }
    if (due.looks == LOOKS || (call.isOpen() && call.mayReset())) {
      call.reset();
    } else {
      (due.looks < LOOKS_LATER ? later : late).add(call, due.looks + 1);
    }
  }

  /** Calls that all wait equally long. */
  private final class Line {
    private final long waitNanos;
    private final Queue<Due> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();

    Line(long waitNanos) {
      this.waitNanos = waitNanos;
    }

    void add(Resettable call, int looks) {
      waiting.add(new Due(call, looks, System.nanoTime() + waitNanos));
      wake(waitNanos);
    }

    private void wake(long nanos) {
      if (awake.compareAndSet(false, true)) {
        Future<?> unused = timer.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
      }
    }

    private void look() {
      // Whoever comes from here on sees to it that there is another look.
      awake.set(false);
      long now = System.nanoTime();
      for (Due first = waiting.peek(); first != null; first = waiting.peek()) {
        if (first.nanos - now > 0) {
          wake(first.nanos - now);
          return;
        }
        // A second look may run meanwhile only on this very thread, so it is still the first.
        waiting.remove();
        due(first);
      }
    }
  }
}
