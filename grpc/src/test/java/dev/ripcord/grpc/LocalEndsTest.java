package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whoever is added hears of the end, once, and waits for nobody else's callback. */
class LocalEndsTest {
  private static final class Caller implements LocalEnds.Endable {
    private final AtomicInteger heard;
    private final AtomicInteger refused;
    private final Runnable callback;

    Caller(AtomicInteger heard, AtomicInteger refused, Runnable callback) {
      this.heard = heard;
      this.refused = refused;
      this.callback = callback;
    }

    @Override
    public void endHere(Executor channels) {
      channels.execute(
          () -> {
            heard.incrementAndGet();
            callback.run();
          });
    }

    @Override
    public void cannotEndHere() {
      refused.incrementAndGet();
    }
  }

  private final AtomicInteger heard = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  @Test
  void addedByManyThreadsAtOnce_allHear_once() throws Exception {
    int each = 50_000;
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      LocalEnds ends = new LocalEnds(executor);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int call = 0; call < each; call++) {
                    ends.add(new Caller(heard, refused, () -> {}));
                    if (call % 64 == 0) {
                      Thread.yield();
                    }
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      await().until(() -> heard.get() >= 4 * each);
    } finally {
      executor.shutdown();
    }
    assertThat(heard).hasValue(4 * each);
    assertThat(refused).hasValue(0);
  }

  @Test
  void aCallbackThatBlocks_holdsUpNobody() throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool();
    CountDownLatch release = new CountDownLatch(1);
    try {
      LocalEnds ends = new LocalEnds(executor);
      for (int i = 0; i < 10; i++) {
        ends.add(new Caller(heard, refused, () -> awaitQuietly(release)));
      }
      await().until(() -> heard.get() == 10);
    } finally {
      release.countDown();
      executor.shutdown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void withAnExecutorThatRunsAtOnce_aCallbackMayEndAnother() {
    LocalEnds ends = new LocalEnds(Runnable::run);
    Caller second = new Caller(heard, refused, () -> {});
    ends.add(new Caller(heard, refused, () -> ends.add(second)));
    assertThat(heard).hasValue(2);
  }

  @Test
  void whoNoExecutorTakes_isTold() {
    LocalEnds ends =
        new LocalEnds(
            work -> {
              throw new RejectedExecutionException("shut down");
            });
    ends.add(new Caller(heard, refused, () -> {}));
    ends.add(new Caller(heard, refused, () -> {}));
    assertThat(heard).hasValue(0);
    assertThat(refused).hasValue(2);
  }
}
