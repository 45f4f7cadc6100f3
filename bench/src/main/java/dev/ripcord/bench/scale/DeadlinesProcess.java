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
 * off, a second time for the JIT, and how late they strike.
 */
final class DeadlinesProcess {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(1_500); // time to arm them all
  private static final long SPREAD = TimeUnit.SECONDS.toNanos(2); // over which they strike
  private static final long MICRO = 1_000;

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
    process.armAndCallOff();
    double nanos = process.armAndCallOff();
    System.out.println("arm-and-call-off " + process.count + " " + nanos);
    process.lateness();
  }

  /** Nanoseconds for both, with all the others armed; called off in any order. */
  private double armAndCallOff() {
    long[] distances = random.longs(count, MINUTE, 2 * MINUTE).toArray();
    List<Object> armed = Arrays.asList(new Object[count]);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      armed.set(i, keeper.arm(distances[i], () -> {}));
    }
    long arming = System.nanoTime() - start;
    Collections.shuffle(armed, random);
    long second = System.nanoTime();
    armed.forEach(keeper::callOff);
    return (double) (arming + System.nanoTime() - second) / count;
  }

  private void lateness() throws InterruptedException {
    AtomicIntegerArray late = new AtomicIntegerArray(count);
    CountDownLatch left = new CountDownLatch(count);
    long origin = System.nanoTime() + AHEAD;
    for (int i = 0; i < count; i++) {
      long at = origin + random.nextLong(SPREAD);
      int mine = i;
      keeper.arm(
          at - System.nanoTime(),
          () -> {
            late.set(mine, (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - at) / MICRO));
            left.countDown();
          });
    }
    boolean inTime = System.nanoTime() < origin;
    left.await();
    int[] micros = new int[count];
    Arrays.setAll(micros, late::get);
    Arrays.sort(micros);
    System.out.println("armed-in-time " + count + " " + (inTime ? 1 : 0));
    System.out.println("late-p50 " + count + " " + micros[count / 2]);
    System.out.println("late-p99 " + count + " " + micros[(int) (count * 0.99)]);
  }
}
