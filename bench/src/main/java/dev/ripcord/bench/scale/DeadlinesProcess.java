package dev.ripcord.bench.scale;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Measures deadlines in bulk: {@code DeadlinesProcess TIMER 1000000}: the cost to arm and to call
 * off, when it has been compiled, and how late they strike.
 */
final class DeadlinesProcess {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long AHEAD = TimeUnit.SECONDS.toNanos(1); // time to arm them all
  private static final long SPREAD = TimeUnit.SECONDS.toNanos(2); // over which they strike
  private static final long MICRO = 1_000;
  private static final int WARM_UPS = 4;
  private static final int WARM_UP_SHARE = 10;

  /** Who keeps the deadlines. */
  enum Keeper {
    /** Contexts with a listener each. */
    CONTEXT {
      @Override
      Object arm(long inNanos, Runnable task) {
        CancelScope scope = Context.background().withTimeout(Duration.ofNanos(inNanos));
        scope.context().onDone(Runnable::run, end -> task.run());
        return scope;
      }

      @Override
      void callOff(Object armed) {
        ((CancelScope) armed).cancel();
      }
    },

    /** The timer below the contexts. */
    TIMER {
      @Override
      Object arm(long inNanos, Runnable task) {
        TimeSource time = TimeSource.system();
        return time.schedule(time.nanoTime() + inNanos, task);
      }

      @Override
      void callOff(Object armed) {
        ((TimeSource.Alarm) armed).cancel();
      }
    },

    /** As it is used for deadlines: one thread, and what is called off leaves the queue. */
    EXECUTOR {
      @Override
      @SuppressWarnings("FutureReturnValueIgnored") // it is what is armed
      Object arm(long inNanos, Runnable task) {
        return Peer.EXECUTOR.schedule(task, inNanos, TimeUnit.NANOSECONDS);
      }

      @Override
      void callOff(Object armed) {
        ((Future<?>) armed).cancel(false);
      }
    };

    abstract Object arm(long inNanos, Runnable task);

    abstract void callOff(Object armed);
  }

  /** Here, so that it is only there where it is measured. */
  private static final class Peer {
    static final ScheduledThreadPoolExecutor EXECUTOR =
        new ScheduledThreadPoolExecutor(1, Peer::thread);

    static {
      EXECUTOR.setRemoveOnCancelPolicy(true);
    }

    private static Thread thread(Runnable task) {
      Thread thread = new Thread(task, "peer-timer");
      thread.setDaemon(true);
      return thread;
    }
  }

  private final Keeper keeper;
  private final int count;
  private final Random random = new Random(20);

  private DeadlinesProcess(Keeper keeper, int count) {
    this.keeper = keeper;
    this.count = count;
  }

  public static void main(String[] arguments) throws InterruptedException {
    DeadlinesProcess process =
        new DeadlinesProcess(Keeper.valueOf(arguments[0]), Integer.parseInt(arguments[1]));
    for (int i = 0; i < WARM_UPS; i++) {
      process.armAndCallOff(process.count / WARM_UP_SHARE);
    }
    process.lateness(process.count / WARM_UP_SHARE, WARM_UP_SHARE);
    process.armAndCallOff(process.count); // the heap's pages are touched for the first time
    say("arm-and-call-off", process.count, process.armAndCallOff(process.count));
    int[] micros = process.lateness(process.count, 1);
    say("late-p50", process.count, micros[process.count / 2]);
    say("late-p99", process.count, micros[(int) (process.count * 0.99)]);
  }

  private static void say(String what, int count, double figure) {
    System.out.println(what + " " + count + " " + figure);
  }

  /** Nanoseconds for both, with all the others armed; called off in any order. */
  private double armAndCallOff(int number) {
    long[] distances = random.longs(number, MINUTE, 2 * MINUTE).toArray();
    List<Object> armed = Arrays.asList(new Object[number]);
    long start = System.nanoTime();
    for (int i = 0; i < number; i++) {
      armed.set(i, keeper.arm(distances[i], () -> {}));
    }
    long arming = System.nanoTime() - start;
    Collections.shuffle(armed, random);
    long second = System.nanoTime();
    armed.forEach(keeper::callOff);
    return (double) (arming + System.nanoTime() - second) / number;
  }

  /**
   * How late each struck, in microseconds, sorted; armed ahead of the first. The share is that of
   * the time it takes.
   */
  private int[] lateness(int number, int share) throws InterruptedException {
    AtomicIntegerArray late = new AtomicIntegerArray(number);
    CountDownLatch left = new CountDownLatch(number);
    long origin = System.nanoTime() + AHEAD / share;
    for (int i = 0; i < number; i++) {
      long at = origin + random.nextLong(SPREAD / share);
      int mine = i;
      keeper.arm(
          at - System.nanoTime(),
          () -> {
            late.set(mine, (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - at) / MICRO));
            left.countDown();
          });
    }
    if (share == 1 && System.nanoTime() > origin) {
      say("armed-too-late", number, 1);
    }
    left.await();
    int[] micros = new int[number];
    Arrays.setAll(micros, late::get);
    Arrays.sort(micros);
    return micros;
  }
}
