package dev.ripcord;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks when their time has come, on one thread.
 *
 * <p>The thread sleeps until {@link #wakeAt} and is woken only for what is due earlier. Calling a
 * timer off never wakes it: if it was the next one, the thread finds nothing to do, once, and
 * sleeps on. So a timeout that is armed and called off over and over wakes nobody.
 *
 * <p>The timers wait in several wheels, and a thread arms in that of its own id, so that threads
 * which arm at the same time rarely meet.
 */
final class Timers {
  // Spreads ids that follow each other over all wheels: the golden ratio's fraction of 2^64.
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
  private static final int MOST_WHEELS = 32;
  private static final int TURN = 64; // tasks of one wheel before the others have theirs
  private static final long FARTHEST = Long.MAX_VALUE / 2; // 146 years; leaves room for rounding up

  private final LongSupplier clock;
  private final long origin;
  private final TimerWheel[] wheels;
  private final int shift; // of a spread id, to the number of a wheel

  /**
   * When the thread will look at the wheels, at the latest. While it looks, {@link
   * TimerWheel#NEVER}: then whoever arms cannot know whether his timer was seen. Who arms an
   * earlier timer writes its time here, and wakes the thread; the thread may sleep only if nobody
   * did since it began to look.
   */
  private final AtomicLong wakeAt = new AtomicLong(TimerWheel.NEVER);

  private @Nullable Thread thread; // written once, before anything can be armed

  /** Without a thread; for tests, which turn it by hand. */
  Timers(LongSupplier clock, int atLeastWheels) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(atLeastWheels - 1);
    this.clock = clock;
    this.origin = clock.getAsLong();
    this.wheels = new TimerWheel[1 << bits];
    for (int i = 0; i < wheels.length; i++) {
      wheels[i] = new TimerWheel();
    }
    this.shift = Long.SIZE - bits;
  }

  /** With a daemon thread of its own, by the machine's clock. */
  static Timers start(String threadName) {
    int processors = Runtime.getRuntime().availableProcessors();
    Timers timers = new Timers(System::nanoTime, Math.min(2 * processors, MOST_WHEELS));
    Thread thread = new Thread(null, timers::run, threadName, 0, false);
    thread.setDaemon(true);
    // Not that of whoever came first, which it would keep alive.
    thread.setContextClassLoader(Timers.class.getClassLoader());
    timers.thread = thread;
    thread.start();
    return timers;
  }

  /** Runs {@code task} once the clock shows {@code atNanos}. */
  TimeSource.Alarm arm(long atNanos, Runnable task) {
    long at = Math.max(0, Math.min(atNanos - origin, FARTHEST));
    Timer timer = wheels[wheelOfThisThread()].arm(at, task);
    for (long planned = wakeAt.get(); at < planned; planned = wakeAt.get()) {
      if (wakeAt.compareAndSet(planned, at)) {
        LockSupport.unpark(thread);
      }
    }
    return timer;
  }

  private int wheelOfThisThread() {
    // A shift by 64 would be one by 0.
    return wheels.length == 1 ? 0 : (int) ((Thread.currentThread().getId() * SPREAD) >>> shift);
  }

  private void run() {
    while (true) {
      long sleep = plan() - now();
      if (sleep > 0) {
        LockSupport.parkNanos(this, sleep);
      }
      forgetInterrupts();
      runDue();
    }
  }

  /** Decides until when to sleep. */
  long plan() {
    while (true) {
      wakeAt.set(TimerWheel.NEVER);
      long next = TimerWheel.NEVER;
      for (TimerWheel wheel : wheels) {
        next = Math.min(next, wheel.next());
      }
      if (wakeAt.compareAndSet(TimerWheel.NEVER, next)) {
        return next;
      }
    }
  }

  /** Runs what is due by now; the wheels take turns. */
  void runDue() {
    boolean more;
    do {
      more = false;
      for (TimerWheel wheel : wheels) {
        more |= runSome(wheel);
      }
    } while (more);
  }

  /** Whether there may be more. */
  private boolean runSome(TimerWheel wheel) {
    for (int i = 0; i < TURN; i++) {
      Runnable task = wheel.take(now()); // the clock each time: tasks take theirs
      if (task == null) {
        return false;
      }
      run(task);
    }
    return true;
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      Threads.uncaught(failure);
    } finally {
      forgetInterrupts();
    }
  }

  /** The next task has not earned it, and whoever is interrupted cannot sleep. */
  private static void forgetInterrupts() {
    Thread.interrupted();
  }

  private long now() {
    return clock.getAsLong() - origin;
  }

  /** When the thread will look, in nanoseconds of the clock, at the latest; for tests. */
  long plannedAt() {
    return wakeAt.get() + origin;
  }

  /** How many wait. */
  int size() {
    int size = 0;
    for (TimerWheel wheel : wheels) {
      size += wheel.size();
    }
    return size;
  }
}
