package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who wakes the timer thread, and when; that it never oversleeps. */
class TimersTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Runnable NOTHING = () -> {};

  private final AtomicLong clock = new AtomicLong(-5 * SECOND);
  private final Timers byHand = new Timers(clock::get, 4);
  private final AtomicInteger ran = new AtomicInteger();

  private long in(long nanos) {
    return clock.get() + nanos;
  }

  @Test
  void anEarlierTimerMovesThePlanUp_aLaterOneDoesNot() {
    byHand.arm(in(10 * SECOND), NOTHING);
    byHand.plan();
    long planned = byHand.plannedAt();
    assertThat(planned - in(0)).isPositive().isLessThanOrEqualTo(10 * SECOND);

    byHand.arm(in(11 * SECOND), NOTHING);
    assertThat(byHand.plannedAt()).isEqualTo(planned);

    byHand.arm(in(SECOND), NOTHING);
    assertThat(byHand.plannedAt()).isEqualTo(in(SECOND));
  }

  @Test
  void timeoutsThatAreCalledOff_leaveThePlanAlone_andNothingBehind() {
    byHand.arm(in(SECOND), NOTHING).cancel();
    byHand.plan();
    byHand.arm(in(SECOND), NOTHING).cancel();
    long planned = byHand.plannedAt();

    for (int i = 0; i < 1_000; i++) {
      clock.addAndGet(10);
      byHand.arm(in(SECOND), NOTHING).cancel();
      assertThat(byHand.plannedAt()).isEqualTo(planned);
    }

    assertThat(byHand.size()).isZero();
  }

  @Test
  void whatIsDueRuns_onWhicheverWheelItWaits() throws InterruptedException {
    for (int i = 0; i < 16; i++) {
      Thread thread = new Thread(() -> byHand.arm(in(SECOND), ran::incrementAndGet));
      thread.start();
      thread.join();
    }
    byHand.runDue();
    assertThat(ran).hasValue(0);

    clock.addAndGet(2 * SECOND);
    byHand.runDue();

    assertThat(ran).hasValue(16);
    assertThat(byHand.size()).isZero();
  }

  @Test
  void timesOutsideTheClocksRangeAreThePastAndNever() {
    byHand.arm(clock.get() - SECOND, ran::incrementAndGet);
    byHand.arm(clock.get() + Long.MIN_VALUE, ran::incrementAndGet);
    byHand.arm(clock.get() + Long.MAX_VALUE, NOTHING);

    byHand.runDue();

    assertThat(ran).hasValue(2);
    assertThat(byHand.size()).isEqualTo(1);
  }

  @Test
  void aTaskThatThrowsIsReported_andTheNextOneRuns() {
    List<Throwable> reported = new ArrayList<>();
    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> reported.add(failure));
    try {
      byHand.arm(
          in(0),
          () -> {
            throw new IllegalStateException("on purpose");
          });
      byHand.arm(in(0), ran::incrementAndGet);
      byHand.arm(in(0), ran::incrementAndGet);
      byHand.runDue();
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
    assertThat(reported).hasSize(1);
    assertThat(ran).hasValue(2);
  }

  @Test
  void aTaskThatInterruptsItsThread_interruptsNoOther() {
    AtomicInteger interrupted = new AtomicInteger();
    byHand.arm(in(0), () -> Thread.currentThread().interrupt());
    byHand.arm(
        in(0),
        () -> {
          ran.incrementAndGet();
          interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
        });

    byHand.runDue();

    assertThat(ran).hasValue(1);
    assertThat(interrupted).hasValue(0);
    assertThat(Thread.interrupted()).as("cannot sleep").isFalse();
  }

  @Test
  void aTimerThatWasCalledOffKeepsNothingAlive() {
    List<TimeSource.Alarm> kept = new ArrayList<>();
    WeakReference<Object> task = armAndCallOff(kept);

    await()
        .until(
            () -> {
              System.gc();
              return task.get() == null;
            });
    assertThat(kept).hasSize(1);
  }

  private WeakReference<Object> armAndCallOff(List<TimeSource.Alarm> kept) {
    Object big = new Object();
    TimeSource.Alarm alarm = byHand.arm(in(SECOND), big::hashCode);
    alarm.cancel();
    kept.add(alarm);
    return new WeakReference<>(big);
  }

  @Test
  void theThreadRunsEarlierTimersFirst_whileItSleepsForLaterOnes() throws InterruptedException {
    TimeSource system = TimeSource.system();
    TimeSource.Alarm later = system.schedule(system.nanoTime() + 3_600 * SECOND, NOTHING);
    for (int i = 0; i < 200; i++) {
      CountDownLatch struck = new CountDownLatch(1);
      long at = system.nanoTime() + (i % 20) * 100_000L;
      AtomicLong ranAt = new AtomicLong();
      system.schedule(
          at,
          () -> {
            ranAt.set(system.nanoTime());
            struck.countDown();
          });
      assertThat(struck.await(1, TimeUnit.MINUTES)).as("timer %d", i).isTrue();
      assertThat(ranAt.get() - at).as("early").isNotNegative();
    }
    later.cancel();
  }

  @Test
  void everyTimerRunsOnceOrIsCalledOff_withManyThreadsAtIt() throws Exception {
    AtomicInteger[] runs = new AtomicInteger[40_000];
    Arrays.setAll(runs, i -> new AtomicInteger());
    CountDownLatch kept = new CountDownLatch(runs.length / 2);
    try (Together together = new Together()) {
      together.run(
          () -> armEvery(4, 0, runs, kept),
          () -> armEvery(4, 1, runs, kept),
          () -> armEvery(4, 2, runs, kept),
          () -> armEvery(4, 3, runs, kept));
    }
    assertThat(kept.await(1, TimeUnit.MINUTES)).isTrue();
    for (int i = 0; i < runs.length; i++) {
      assertThat(runs[i].get()).as("timer %d", i).isBetween(isKept(i) ? 1 : 0, 1);
    }
  }

  private static boolean isKept(int i) {
    return i % 8 < 4;
  }

  private static void armEvery(int step, int from, AtomicInteger[] runs, CountDownLatch kept) {
    TimeSource system = TimeSource.system();
    for (int i = from; i < runs.length; i += step) {
      int mine = i;
      TimeSource.Alarm alarm =
          system.schedule(
              system.nanoTime() + (i * 7919L) % 5_000_000,
              () -> {
                runs[mine].incrementAndGet();
                if (isKept(mine)) {
                  kept.countDown();
                }
              });
      if (!isKept(i)) {
        alarm.cancel();
      }
    }
  }

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void thePlanCoversEveryTimer_inEveryInterleaving() {
    new ModelCheckingOptions()
        .iterations(Effort.of(20, 100))
        .invocationsPerIteration(Effort.of(500, 5_000))
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(1)
        .actorsAfter(0)
        .check(Plans.class);
  }

  /** One thread plans, the others arm and call off; the plan must not be later than any timer. */
  public static class Plans {
    private final Timers timers = new Timers(() -> 0, 2);
    private final AtomicLong earliest = new AtomicLong(TimerWheel.NEVER);

    @Operation(nonParallelGroup = "the timer thread")
    public void plan() {
      timers.plan();
    }

    @Operation
    public void armSoon() {
      arm(SECOND);
    }

    @Operation
    public void armLater() {
      arm(100 * SECOND);
    }

    private void arm(long at) {
      timers.arm(at, NOTHING);
      earliest.accumulateAndGet(at, Math::min);
    }

    @Operation
    public void armAndCallOff() {
      timers.arm(SECOND / 2, NOTHING).cancel();
    }

    @Validate
    public void atTheEnd() {
      if (timers.plannedAt() > earliest.get()) {
        throw new IllegalStateException("sleeps past a timer");
      }
    }
  }
}
