package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Effort;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The end of a context against the end of interruptible work, and against other people's
 * interrupts.
 */
class InterruptRaceTest {
  private static final int FARTHEST = 3_000; // spins that two of them can be apart

  static List<Threading> threads() {
    return Threading.available();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("no interrupt is left, whenever the end comes")
  void noStrayInterrupt(Threading kind) throws Exception {
    new Race(kind, false).run(Effort.of(20_000, 1_000_000));
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("another interrupt at the same time is neither lost nor doubled")
  void foreignInterrupt(Threading kind) throws Exception {
    new Race(kind, true).run(Effort.of(4_000, 1_000_000));
  }

  /** One thread works, one cancels, and perhaps one interrupts, round after round. */
  private static final class Race {
    private final Threading kind;
    private final boolean foreign;
    private final long seed = new Random().nextLong();
    private final AtomicLong canceled = new AtomicLong(); // rounds done
    private final AtomicLong interrupted = new AtomicLong();
    private long lost; // the worker's
    private volatile long round;
    private volatile CancelScope scope = Context.background().withCancel();
    private volatile @Nullable Thread worker;

    Race(Threading kind, boolean foreign) {
      this.kind = kind;
      this.foreign = foreign;
    }

    void run(int rounds) throws Exception {
      System.out.printf("interrupt races, %s, %d rounds, seed %d%n", kind, rounds, seed);
      Threading.Running<Void> working = kind.begin(() -> work(rounds));
      Threading.Running<Void> canceling =
          Threading.PLATFORM.begin(() -> follow(rounds, 1, canceled, () -> scope.cancel()));
      Threading.Running<Void> interrupting =
          Threading.PLATFORM.begin(
              () -> foreign ? follow(rounds, 2, interrupted, () -> worker.interrupt()) : null);
      working.result();
      canceling.result();
      interrupting.result();
      System.out.printf("interrupt races: %d of others lost%n", lost);
      // The JDK sets the flag and tells of it in two steps, and between them nobody can know.
      // Without that telling it would be 10 to 60 in a hundred.
      assertThat(lost).as("seed %s", seed).isLessThanOrEqualTo(rounds / 100);
    }

    private Void follow(int rounds, int who, AtomicLong done, Runnable act) {
      Random random = new Random(seed + who);
      for (long r = 1; r <= rounds; r++) {
        long next = r;
        spinUntil(() -> round >= next);
        spin(random.nextInt(FARTHEST));
        act.run();
        done.set(r);
      }
      return null;
    }

    private Void work(int rounds) {
      worker = Thread.currentThread();
      Random random = new Random(seed);
      for (long r = 1; r <= rounds; r++) {
        scope = Context.background().withCancel();
        round = r;
        spin(random.nextInt(FARTHEST));
        int seen = once(random);
        long now = r;
        spinUntil(() -> canceled.get() >= now && (!foreign || interrupted.get() >= now));
        seen += Thread.interrupted() ? 1 : 0;
        int sent = foreign ? 1 : 0;
        if (seen > sent) {
          throw new AssertionError("seed " + seed + ", round " + r + ": a stray interrupt");
        }
        lost += sent - seen;
      }
      return null;
    }

    /** How many interrupts came out of it. */
    private int once(Random random) {
      int how = random.nextInt(7);
      int length = random.nextInt(FARTHEST);
      try {
        Interruptible.run(scope.context(), () -> work(how, length));
        return 0;
      } catch (InterruptedException e) {
        return 1;
      } catch (IllegalStateException e) { // a ContextException is one
        return 0;
      }
    }

    private void work(int how, int length) throws InterruptedException {
      switch (how) {
        case 0 -> spin(length);
        case 1 -> new CountDownLatch(1).await();
        case 2 -> {
          spin(length);
          Thread.sleep(0, 1);
        }
        case 3 -> awaitFlag();
        case 4 -> passOn();
        case 5 -> passOnQuietly();
        default -> {
          CancelScope inner = scope.context().withCancel();
          Interruptible.run(inner.context(), () -> work(length % 6, length));
        }
      }
    }

    private static void awaitFlag() {
      spinUntil(() -> Thread.currentThread().isInterrupted());
    }

    /** Mostly without giving up the core: on a busy machine it would take long to come back. */
    private static void spinUntil(BooleanSupplier holds) {
      for (int i = 1; !holds.getAsBoolean(); i++) {
        if (i % 500 == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
    }

    private static void passOn() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    private static void passOnQuietly() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void spin(int times) {
      for (int i = 0; i < times; i++) {
        Thread.onSpinWait();
      }
    }
  }
}
