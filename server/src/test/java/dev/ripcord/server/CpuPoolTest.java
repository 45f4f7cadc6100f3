package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.Key;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuPoolTest {
  private static final Key<String> NAME = Key.local("name");

  private final CpuPool pool = new CpuPool("sums", 1, 2);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void close() {
    release.countDown();
    pool.close();
  }

  @Test
  void aTaskRunsUnderItsContextOnAThreadOfThePool() throws Exception {
    Context context = Context.background().withValue(NAME, "x");
    String said =
        pool.call(context, () -> Context.current().value(NAME) + Thread.currentThread().getName());
    assertThat(said).isEqualTo("xsums-1");
  }

  @Test
  void aTasksExceptionComesThrough() {
    assertThatThrownBy(
            () ->
                pool.call(
                    Context.background(),
                    () -> {
                      throw new IllegalArgumentException("minus one");
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("minus one");
  }

  @Test
  void aQueuedTaskIsNeverBegunAndLeavesTheQueueWhenItsContextEnds() throws Exception {
    FutureTask<Boolean> first = start(() -> pool.call(Context.background(), this::occupy));
    await().until(() -> pool.running() == 1);
    AtomicBoolean begun = new AtomicBoolean();
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<Boolean> second =
          start(() -> pool.call(scope.context(), () -> begun.getAndSet(true)));
      await().until(() -> pool.queued() == 1);
      scope.cancel();
      assertThatThrownBy(second::get).hasCauseInstanceOf(CanceledException.class);
    }
    assertThat(pool.queued()).isZero();
    assertThat(pool.skipped()).isEqualTo(1);
    release.countDown();
    assertThat(first.get()).isTrue();
    assertThat(begun).isFalse();
  }

  @Test
  void callReturnsOnlyWhenTheTaskHasStopped() throws Exception {
    AtomicBoolean running = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<Boolean> call =
          start(
              () -> {
                try {
                  return pool.call(scope.context(), () -> computeUntilDone(running, begun));
                } finally {
                  assertThat(running).isFalse();
                }
              });
      begun.await();
      scope.cancel();
      assertThatThrownBy(call::get).hasCauseInstanceOf(CanceledException.class);
    }
  }

  private static boolean computeUntilDone(AtomicBoolean running, CountDownLatch begun) {
    running.set(true);
    try {
      begun.countDown();
      while (true) {
        Context.current().throwIfDone();
        Thread.onSpinWait();
      }
    } finally {
      running.set(false);
    }
  }

  @Test
  void callOrLeaveReturnsAtOnceAndTheTaskGoesOn() throws Exception {
    AtomicBoolean finished = new AtomicBoolean();
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<Boolean> call =
          start(
              () ->
                  pool.callOrLeave(
                      scope.context(),
                      () -> {
                        occupy();
                        return finished.getAndSet(true);
                      }));
      await().until(() -> pool.running() == 1);
      scope.cancel();
      assertThatThrownBy(call::get).hasCauseInstanceOf(CanceledException.class);
      assertThat(finished).isFalse();
    }
    assertThat(pool.skipped()).isZero();
    release.countDown();
    await().untilTrue(finished);
  }

  @Test
  void anInterruptedCallerStopsItsTask() throws Exception {
    AtomicBoolean running = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<Boolean> call =
        new FutureTask<>(
            () -> pool.call(Context.background(), () -> computeUntilDone(running, begun)));
    Thread caller = new Thread(call);
    caller.start();
    begun.await();
    caller.interrupt();
    assertThatThrownBy(call::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    await().untilFalse(running);
  }

  @Test
  void aFullQueueRefuses() throws Exception {
    FutureTask<Boolean> first = start(() -> pool.call(Context.background(), this::occupy));
    await().until(() -> pool.running() == 1);
    FutureTask<Boolean> second = start(() -> pool.call(Context.background(), () -> true));
    FutureTask<Boolean> third = start(() -> pool.call(Context.background(), () -> true));
    await().until(() -> pool.queued() == 2);
    assertThatThrownBy(() -> pool.call(Context.background(), () -> true))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("RESOURCE_EXHAUSTED: too many sums wait already: 2");
    release.countDown();
    assertThat(first.get() && second.get() && third.get()).isTrue();
  }

  @Test
  void closingLeavesNobodyWaiting() throws Exception {
    FutureTask<Boolean> running = start(() -> pool.call(Context.background(), this::occupy));
    await().until(() -> pool.running() == 1);
    FutureTask<Boolean> queued = start(() -> pool.call(Context.background(), () -> true));
    await().until(() -> pool.queued() == 1);
    pool.close();
    assertThatThrownBy(running::get).hasCauseInstanceOf(InterruptedException.class);
    assertThatThrownBy(queued::get).hasMessageContaining("UNAVAILABLE: stopping");
  }

  @Test
  void aDoneContextQueuesNothing() {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel();
      assertThatThrownBy(() -> pool.call(scope.context(), () -> true))
          .isInstanceOf(CanceledException.class);
    }
  }

  private boolean occupy() throws InterruptedException {
    release.await();
    return true;
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task).start();
    return task;
  }
}
