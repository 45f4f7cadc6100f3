package dev.ripcord.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Reason;
import dev.ripcord.server.WorkLog;
import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextLockTest {
  private final ContextLock lock = new ContextLock("test", new WorkLog());
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void everyThreadEnds() throws InterruptedException {
    threads.shutdown();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void manyShareIt() throws InterruptedException {
    ContextLock.Hold a = lock.share(Context.background());
    ContextLock.Hold b = lock.share(Context.background());
    a.close();
    b.close();
    lock.alone(Context.background()).close();
  }

  @Test
  void havingItAloneWaitsForAllShares() throws Exception {
    ContextLock.Hold a = lock.share(Context.background());
    ContextLock.Hold b = lock.share(Context.background());
    Future<ContextLock.Hold> alone = waiting(() -> lock.alone(Context.background()));
    a.close();
    a.close(); // twice gives back once
    assertThat(lock.waiting()).isEqualTo(1);
    b.close();
    alone.get().close();
  }

  @Test
  void sharingWaitsForWhoHasItAlone() throws Exception {
    ContextLock.Hold alone = lock.alone(Context.background());
    Future<ContextLock.Hold> share = waiting(() -> lock.share(Context.background()));
    alone.close();
    share.get().close();
  }

  @Test
  void sharingPassesWhoWaitsToHaveItAlone() throws Exception {
    ContextLock.Hold first = lock.share(Context.background());
    Future<ContextLock.Hold> alone = waiting(() -> lock.alone(Context.background()));
    lock.share(Context.background()).close();
    assertThat(alone.isDone()).isFalse();
    first.close();
    alone.get().close();
  }

  @Test
  void waitingEndsWithTheContextAndLeavesNoInterrupt() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      ContextLock.Hold share = lock.share(Context.background());
      Future<Boolean> interrupted =
          waiting(
              () -> {
                assertThatThrownBy(() -> lock.alone(scope.context()))
                    .isInstanceOf(CanceledException.class)
                    .hasMessageContaining("pressed cancel");
                return Thread.currentThread().isInterrupted();
              });
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      assertThat(interrupted.get()).isFalse();
      assertThat(lock.waiting()).isZero();
      share.close();
      lock.alone(Context.background()).close(); // nothing of the one who gave up is left
    }
  }

  @Test
  void waitingEndsAtTheDeadline() throws Exception {
    FakeTime time = new FakeTime();
    try (CancelScope scope = time.background().withTimeout(Duration.ofSeconds(2))) {
      ContextLock.Hold alone = lock.alone(Context.background());
      Future<ContextLock.Hold> share = waiting(() -> lock.share(scope.context()));
      time.advance(Duration.ofSeconds(2));
      assertThatThrownBy(share::get).hasCauseInstanceOf(DeadlineExceededException.class);
      alone.close();
    }
  }

  @Test
  void aDoneContextGetsNothing() {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel();
      assertThatThrownBy(() -> lock.share(scope.context())).isInstanceOf(CanceledException.class);
      assertThatThrownBy(() -> lock.alone(scope.context())).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws Exception {
    ContextLock.Hold share = lock.share(Context.background());
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Future<ContextLock.Hold> alone =
        waiting(
            () -> {
              thread.complete(Thread.currentThread());
              return lock.alone(Context.background());
            });
    thread.get().interrupt();
    assertThatThrownBy(alone::get).hasCauseInstanceOf(InterruptedException.class);
    share.close();
  }

  @Test
  void neverTwoKindsAtOnceWhateverEnds() throws Exception {
    long seed = System.nanoTime();
    AtomicInteger sharing = new AtomicInteger();
    AtomicInteger alone = new AtomicInteger();
    AtomicInteger gaveUp = new AtomicInteger();
    List<Future<?>> workers = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Random random = new Random(seed + i);
      workers.add(threads.submit(() -> visitOften(random, sharing, alone, gaveUp)));
    }
    for (Future<?> worker : workers) {
      try {
        worker.get();
      } catch (ExecutionException e) {
        throw new AssertionError("seed " + seed, e.getCause());
      }
    }
    assertThat(lock.waiting()).isZero();
    lock.alone(Context.background()).close();
  }

  private Void visitOften(
      Random random, AtomicInteger sharing, AtomicInteger alone, AtomicInteger gaveUp)
      throws InterruptedException {
    for (int i = 0; i < 2_000; i++) {
      try (CancelScope scope =
          Context.background().withTimeout(Duration.ofNanos(random.nextInt(200_000)))) {
        if (random.nextInt(4) == 0) {
          visit(lock.alone(scope.context()), alone, () -> alone.get() == 1 && sharing.get() == 0);
        } else {
          visit(lock.share(scope.context()), sharing, () -> alone.get() == 0);
        }
      } catch (DeadlineExceededException e) {
        gaveUp.incrementAndGet();
      }
    }
    return null;
  }

  private static void visit(ContextLock.Hold hold, AtomicInteger inside, Callable<Boolean> rule) {
    inside.incrementAndGet();
    try {
      assertThat(rule.call()).isTrue();
    } catch (Exception e) {
      throw new AssertionError(e);
    } finally {
      inside.decrementAndGet();
      hold.close();
    }
  }

  /** Starts {@code work} and returns when it waits for the lock. */
  private <T> Future<T> waiting(Callable<T> work) {
    int before = lock.waiting();
    Future<T> future = threads.submit(work);
    await().until(() -> lock.waiting() > before);
    return future;
  }
}
