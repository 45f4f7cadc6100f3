package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What cancels waits for nobody, whatever is at work. */
class OwnThreadTest {
  private volatile boolean over;

  private void compute(CountDownLatch begun) {
    begun.countDown();
    while (!over) {
      Thread.onSpinWait(); // gives no carrier back
    }
  }

  private static void startVirtual(Runnable work) throws ReflectiveOperationException {
    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void itRuns_whileVirtualThreadsKeepAllCarriers() throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch begun = new CountDownLatch(carriers);
    CountDownLatch ran = new CountDownLatch(2);
    try {
      for (int i = 0; i < carriers; i++) {
        startVirtual(() -> compute(begun));
      }
      assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
      OwnThread.run(ran::countDown);
      OwnThread.runLikeCaller(ran::countDown); // this is a platform thread
      assertThat(ran.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      over = true;
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void likeItsCaller_itIsVirtualForAVirtualOne() throws Exception {
    CompletableFuture<Thread> on = new CompletableFuture<>();
    startVirtual(() -> OwnThread.runLikeCaller(() -> on.complete(Thread.currentThread())));
    Thread thread = on.get(60, TimeUnit.SECONDS);
    assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
  }

  @Test
  void itsThreads_belongToNobody() throws Exception {
    CompletableFuture<Thread> on = new CompletableFuture<>();
    OwnThread.run(() -> on.complete(Thread.currentThread()));
    Thread thread = on.get(60, TimeUnit.SECONDS);
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getContextClassLoader()).isSameAs(OwnThread.class.getClassLoader());
  }
}
