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
 * <p>Nearly all streams are closed by their callee in that moment. Of the rest only so many are
 * reset each half minute, since a server takes many resets for an attack and cuts the connection
 * with all innocent calls on it; those beyond, and those whose callee cannot have been told yet,
 * wait longer, but ten seconds at most.
 *
 * <p>Nobody who cancels wakes the thread: once it looks around, it does so every 20 milliseconds
 * until nothing has come for five seconds.
 */
final class Resets {
  private static final long TICK_MILLIS = 20;
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int LOOKS_SOON = 10;
  private static final int LOOKS = 30;
  private static final long IDLE_SECONDS = 5;

  /** A call that was ended here, and whose streams may still be open. */
  interface Resettable {
    /** Whether gRPC knows that it has ended. */
    boolean isOver();

    /** Its caller must hear the end now. Once is enough, and more often does no harm. */
    void endHereAnyway();

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
  private final Line late = new Line(LATE_NANOS);
  private final Queue<Runnable> atNextLook = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean looking = new AtomicBoolean(); // the next look is planned
  private long idleSince; // only the thread's; when it last saw a call

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
    awake();
  }

  /** Runs {@code work}, which must not block, within some 20 milliseconds. Wakes nobody either. */
  void atNextLook(Runnable work) {
    atNextLook.add(work);
    awake();
  }

  private void awake() {
    if (!looking.get() && looking.compareAndSet(false, true)) {
      later(this::look, TICK_MILLIS);
    }
  }

  /** Runs {@code work}, which must not block, after {@code millis} on the thread of the resets. */
  void later(Runnable work, long millis) {
    Future<?> unused = timer.schedule(work, millis, TimeUnit.MILLISECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    if (isIdle()) {
      idleSince = idleSince == 0 ? now : idleSince;
    } else {
      idleSince = 0;
      for (Runnable work = atNextLook.poll(); work != null; work = atNextLook.poll()) {
        work.run();
      }
      soon.look(now);
      late.look(now);
    }
    if (idleSince == 0 || now - idleSince < TimeUnit.SECONDS.toNanos(IDLE_SECONDS)) {
      later(this::look, TICK_MILLIS);
      return;
    }
    idleSince = 0;
    // Whoever comes from here on sees to it that there is another look.
    looking.set(false);
    if (!isIdle()) {
      awake();
    }
  }

  private boolean isIdle() {
    return soon.isEmpty() && late.isEmpty() && atNextLook.isEmpty();
  }

  private void due(Due due) {
    Resettable call = due.call;
    if (call.isOver()) {
      return;
    }
    if (due.looks == 0) {
      call.endHereAnyway();
    }
    if (due.looks == LOOKS || (call.isOpen() && call.mayReset())) {
      call.reset();
    } else {
      (due.looks < LOOKS_SOON ? soon : late).add(call, due.looks + 1);
    }
  }

  /** Calls that all wait equally long. */
  private final class Line {
    private final long waitNanos;
    private final Queue<Due> waiting = new ConcurrentLinkedQueue<>();

    Line(long waitNanos) {
      this.waitNanos = waitNanos;
    }

    void add(Resettable call, int looks) {
      waiting.add(new Due(call, looks, System.nanoTime() + waitNanos));
    }

    boolean isEmpty() {
      return waiting.isEmpty();
    }

    void look(long now) {
      for (Due first = waiting.peek();
          first != null && first.nanos - now <= 0;
          first = waiting.peek()) {
        // Only this thread takes from it, so it is still the first.
        waiting.remove();
        due(first);
      }
    }
  }
}
