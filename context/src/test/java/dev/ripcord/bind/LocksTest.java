package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.Effort;
import dev.ripcord.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Taken, or given up when the context ends. */
@SuppressWarnings("try") // what is held is used by letting go of it
class LocksTest {
  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final ReentrantLock lock = new ReentrantLock(true);

  static List<Threading> threads() {
    return Threading.available();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
    assertThat(Tree.members(context)).isZero();
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  @DisplayName("what is free is taken, and given back once")
  void free() throws Exception {
    Semaphore permits = new Semaphore(3);
    try (Locks.Held held = Locks.lock(context, lock);
        Locks.Held two = Locks.acquire(context, permits, 2)) {
      assertThat(lock.isHeldByCurrentThread()).isTrue();
      assertThat(permits.availablePermits()).isEqualTo(1);
      two.close();
      two.close();
      assertThat(held).isNotNull();
      assertThat(permits.availablePermits()).isEqualTo(3);
    }
    BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    Locks.put(context, queue, "a");
    assertThat(Locks.take(context, queue)).isEqualTo("a");
  }

  @Test
  @DisplayName("done before: nothing is taken, also if it is free")
  void doneBefore() {
    scope.cancel();
    Semaphore one = new Semaphore(1);
    BlockingQueue<String> queue = new LinkedBlockingQueue<>(List.of("a"));
    assertGivesUp(() -> Locks.lock(context, lock));
    assertGivesUp(() -> Locks.acquire(context, one));
    assertGivesUp(() -> Locks.take(context, queue));
    assertGivesUp(
        () -> {
          Locks.put(context, queue, "b");
          return null;
        });
    assertThat(one.availablePermits()).isEqualTo(1);
    assertThat(queue).containsExactly("a");
  }

  private static void assertGivesUp(Callable<?> waiting) {
    assertThatThrownBy(waiting::call).isInstanceOf(CanceledException.class);
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("whatever one waits for: the end ends the wait, and nothing was taken")
  void waits(Threading kind) throws Exception {
    lock.lock();
    ReentrantReadWriteLock shared = new ReentrantReadWriteLock();
    shared.writeLock().lock();
    Semaphore none = new Semaphore(0);
    BlockingQueue<String> empty = new LinkedBlockingQueue<>();
    BlockingQueue<String> full = new ArrayBlockingQueue<>(1, false, List.of("a"));
    List<Threading.Running<?>> waiting = new ArrayList<>();
    waiting.add(kind.begin(() -> Locks.lock(context, lock)));
    waiting.add(kind.begin(() -> Locks.lock(context, shared.readLock())));
    waiting.add(kind.begin(() -> Locks.acquire(context, none)));
    waiting.add(kind.begin(() -> Locks.take(context, empty)));
    waiting.add(
        kind.begin(
            () -> {
              Locks.put(context, full, "b");
              return null;
            }));
    scope.cancel();
    for (Threading.Running<?> each : waiting) {
      assertThatThrownBy(each::result).isInstanceOf(CanceledException.class);
    }
    lock.unlock();
    assertThat(full).containsExactly("a");
    none.release();
    assertThat(none.tryAcquire()).isTrue();
    shared.writeLock().unlock();
    assertThat(shared.getReadLockCount()).isZero();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("a condition: its lock is held when the wait is given up")
  void condition(Threading kind) throws Exception {
    Condition changed = lock.newCondition();
    CountDownLatch holding = new CountDownLatch(1);
    Threading.Running<Boolean> waiting =
        kind.begin(
            () -> {
              lock.lock();
              try {
                holding.countDown();
                while (true) {
                  Locks.await(context, changed);
                }
              } catch (CanceledException e) {
                return lock.isHeldByCurrentThread();
              } finally {
                lock.unlock();
              }
            });
    holding.await();
    scope.cancel();
    assertThat(waiting.result()).isTrue();
  }

  @Test
  @DisplayName("somebody else's interrupt is thrown")
  void interrupt() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Locks.take(context, new LinkedBlockingQueue<>()))
        .isInstanceOf(InterruptedException.class);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Locks.lock(context, lock)).isInstanceOf(InterruptedException.class);
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("a permit against the end: had or not, never lost")
  void race(Threading kind) throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Semaphore permits = new Semaphore(0);
    for (int round = 0; round < Effort.of(2_000, 100_000); round++) {
      try (CancelScope end = Context.background().withCancel()) {
        Threading.Running<Boolean> waiting =
            kind.begin(
                () -> {
                  try (Locks.Held held = Locks.acquire(end.context(), permits)) {
                    return held != null;
                  } catch (CanceledException e) {
                    return false;
                  } finally {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                  }
                });
        boolean releaseFirst = random.nextBoolean();
        if (releaseFirst) {
          permits.release();
        }
        end.cancel();
        if (!releaseFirst) {
          permits.release();
        }
        waiting.result();
        assertThat(permits.tryAcquire()).as("seed %s, round %s", seed, round).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    lock.lock();
    try {
      StopTimes.check(
          "waiting for a lock",
          kind,
          (under, waiting) -> {
            waiting.countDown();
            Locks.lock(under, lock);
          });
    } finally {
      lock.unlock();
    }
  }
}
