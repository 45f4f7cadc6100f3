package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every timer once, none early, none late, none kept: at any distance, in any order. */
class TimerWheelTest {
  private static final long TICK = 1L << 14;
  private static final int STEPS = Effort.of(3_000, 300_000);

  private final TimerWheel wheel = new TimerWheel();
  private final List<String> ran = new ArrayList<>();

  private void turnTo(long now) {
    for (Runnable task = wheel.take(now); task != null; task = wheel.take(now)) {
      task.run();
    }
  }

  private Timer arm(long at, String name) {
    return wheel.arm(at, () -> ran.add(name));
  }

  @Test
  void anEmptyWheelNeedsNoTurning() {
    assertThat(wheel.next()).isEqualTo(TimerWheel.NEVER);
    assertThat(wheel.take(1L << 60)).isNull();
  }

  @Test
  void atEveryDistance_aTimerIsNeverEarly_andNoMoreThanATickLate() {
    for (long at : LongStream.range(1, 62).map(bit -> 1L << bit).toArray()) {
      for (long exactly : new long[] {at - 1, at, at + 1, at + at / 3}) {
        TimerWheel fresh = new TimerWheel();
        fresh.arm(exactly, () -> ran.add("it"));

        assertThat(fresh.take(exactly - 1)).as("before %d", exactly).isNull();
        assertThat(fresh.take(exactly + TICK)).as("after %d", exactly).isNotNull();
        assertThat(fresh.size()).isZero();
      }
    }
  }

  @Test
  void aTimerForThePastIsDueAtOnce() {
    turnTo(1_000 * TICK);

    arm(0, "past");
    assertThat(wheel.next()).isLessThanOrEqualTo(1_000 * TICK);
    turnTo(1_000 * TICK);

    assertThat(ran).containsExactly("past");
  }

  @Test
  void timersOfOneInstantRunInTheOrderOfArming() {
    for (int i = 0; i < 1_000; i++) {
      arm(5_000_000_000L, Integer.toString(i));
    }

    turnTo(5_000_000_000L + TICK);

    assertThat(ran)
        .hasSize(1_000)
        .isEqualTo(LongStream.range(0, 1_000).mapToObj(Long::toString).toList());
  }

  @Test
  void aTimerThatWasCalledOff_isForgotten_whereverItWaits() {
    List<Timer> timers = new ArrayList<>();
    for (int bit = 0; bit < 62; bit++) {
      timers.add(arm(1L << bit, "it"));
    }
    turnTo(1L << 30); // some have run, others came down

    timers.forEach(Timer::cancel);
    timers.forEach(Timer::cancel);

    assertThat(wheel.size()).isZero();
    assertThat(wheel.next()).isEqualTo(TimerWheel.NEVER);
    assertThat(timers).allMatch(timer -> timer.task == null);
    assertThat(ran).hasSize(31);
  }

  @Test
  void aTimerThatIsDue_canBeCalledOffByTheOneBefore() {
    Timer[] second = new Timer[1];
    wheel.arm(TICK, () -> second[0].cancel());
    second[0] = arm(TICK, "second");

    turnTo(TICK);

    assertThat(ran).isEmpty();
    assertThat(wheel.size()).isZero();
  }

  /** What the wheel is asked and what it does, beside a map from names to times. */
  private static final class Beside {
    private final TimerWheel wheel = new TimerWheel();
    private final Map<Integer, Long> waiting = new HashMap<>();
    private final Map<Integer, Timer> timers = new HashMap<>();
    private final Random random;
    private int names;
    private long now;

    Beside(long seed) {
      random = new Random(seed);
    }

    void steps() {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2, 3 -> arm(now + distance());
          case 4 -> callOff();
          case 5 -> turnTo(now + distance());
          case 6 -> turnTo(nextTurn());
          default -> crowd();
        }
      }
      turnTo(now + (1L << 61));
      assertThat(waiting).isEmpty();
      assertThat(wheel.size()).isZero();
    }

    /** Mostly near: as many bits as a die says. */
    private long distance() {
      return random.nextLong() >>> (1 + 20 + random.nextInt(43));
    }

    private void arm(long at) {
      int name = names++;
      waiting.put(name, at);
      timers.put(name, wheel.arm(at, () -> ran(name)));
    }

    private void crowd() {
      long at = now + distance();
      for (int i = random.nextInt(600); i > 0; i--) {
        arm(at + random.nextInt(1 << random.nextInt(20)));
      }
    }

    private void callOff() {
      if (names > 0) {
        int name = random.nextInt(names);
        @Nullable Timer timer = timers.remove(name);
        if (timer != null) {
          timer.cancel();
          waiting.remove(name);
        }
      }
    }

    private void ran(int name) {
      Long at = waiting.remove(name);
      assertThat(at).as("timer %d, which has run or was called off", name).isNotNull();
      assertThat(at).as("timer %d early", name).isLessThanOrEqualTo(now);
      timers.remove(name);
    }

    private long nextTurn() {
      long next = wheel.next();
      return next == TimerWheel.NEVER ? now : Math.max(now, next);
    }

    private void turnTo(long time) {
      now = Math.max(now, time);
      for (Runnable task = wheel.take(now); task != null; task = wheel.take(now)) {
        task.run();
      }
      assertThat(wheel.size()).isEqualTo(waiting.size());
      waiting.values().stream().min(Long::compare).ifPresent(this::mustBeAhead);
    }

    private void mustBeAhead(long earliest) {
      assertThat(now - earliest).as("how long it is overdue").isLessThan(TICK);
      assertThat(wheel.next() - earliest).as("how late it will be").isLessThan(TICK);
    }
  }

  @TestFactory
  List<DynamicTest> besideAMap_whateverIsArmedCalledOffAndTurned() {
    return new Random()
        .longs(Effort.of(4, 40))
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> new Beside(seed).steps()))
        .toList();
  }
}
