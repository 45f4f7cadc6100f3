package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** whenDone and awaitDone. */
class WaitingTest {
  private static final Reason WHY = Reason.of("WHY");
  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();

  @Test
  @DisplayName("whenDone completes with the cancellation")
  void whenDone_completes() throws Exception {
    CompletableFuture<Cancellation> future = context.whenDone();
    assertThat(future).isNotDone();
    scope.cancel(WHY);
    assertThat(future.get(10, TimeUnit.SECONDS)).isSameAs(context.cancellation());
  }

  @Test
  @DisplayName("whenDone of a done context is complete")
  void whenDone_ofADoneContext() {
    scope.cancel(WHY);
    assertThat(context.whenDone()).isCompletedWithValue(context.cancellation());
  }

  @Test
  @DisplayName("settled: a whenDone that its holder gives up leaves nothing behind")
  void whenDone_givenUp() {
    CompletableFuture<Cancellation> cancelled = context.whenDone();
    CompletableFuture<Cancellation> completed = context.whenDone();
    CompletableFuture<Cancellation> failed = context.whenDone();
    assertThat(Tree.members(context)).isEqualTo(3);
    cancelled.cancel(true);
    completed.complete(Cancellation.canceled(WHY, null));
    failed.completeExceptionally(new IllegalStateException("mine"));
    assertThat(Tree.members(context)).isZero();
    assertThat(context.isDone()).as("it is a copy").isFalse();
  }

  @Test
  @DisplayName("settled: a whenDone that runs into its own timeout leaves nothing behind")
  void whenDone_timedOut() {
    CompletableFuture<Cancellation> future = context.whenDone().orTimeout(1, TimeUnit.MILLISECONDS);
    await().until(future::isCompletedExceptionally);
    await().until(() -> Tree.members(context) == 0);
  }

  @Test
  @DisplayName(
      "nobody loses a completion because only something that depends on the future is kept")
  void whenDone_whenOnlyDependentsAreKept() throws Exception {
    CompletableFuture<Object> any =
        CompletableFuture.anyOf(context.whenDone(), new CompletableFuture<>());
    CompletableFuture<Void> all = CompletableFuture.allOf(context.whenDone(), context.whenDone());
    CompletableFuture<Reason> step = context.whenDone().thenApply(Cancellation::reason);
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    scope.cancel(WHY);
    assertThat(any.get(10, TimeUnit.SECONDS)).isSameAs(context.cancellation());
    assertThat(step.get(10, TimeUnit.SECONDS)).isEqualTo(WHY);
    all.get(10, TimeUnit.SECONDS);
  }

  @Test
  @DisplayName("awaitDone returns true once the context ends")
  void awaitDone_untilTheEnd() throws Exception {
    AtomicReference<Boolean> done = new AtomicReference<>();
    Thread waiter = waiting(Duration.ofDays(365_000), done);
    await().until(() -> Tree.members(context) == 1);
    scope.cancel();
    waiter.join(10_000);
    assertThat(done.get()).isTrue();
  }

  @Test
  @DisplayName("awaitDone gives up after its time, and leaves nothing behind")
  void awaitDone_givesUp() throws Exception {
    assertThat(context.awaitDone(Duration.ofMillis(5))).isFalse();
    assertThat(context.awaitDone(Duration.ZERO)).isFalse();
    assertThat(context.awaitDone(Duration.ofSeconds(-1))).isFalse();
    assertThat(Tree.members(context)).isZero();
    scope.cancel();
    assertThat(context.awaitDone(Duration.ZERO)).isTrue();
  }

  @Test
  @DisplayName("awaitDone lives in the context's time")
  void awaitDone_inTheContextsTime() throws Exception {
    FakeTime time = new FakeTime();
    Context timed = time.background().withTimeout(Duration.ofSeconds(5)).context();
    AtomicReference<Boolean> done = new AtomicReference<>();
    Thread waiter = new Thread(() -> waitFor(timed, Duration.ofSeconds(2), done));
    waiter.start();
    await().until(() -> waiter.getState() == Thread.State.WAITING);
    time.advance(Duration.ofSeconds(2));
    waiter.join(10_000);
    assertThat(done.get()).isFalse();
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("an interrupt ends awaitDone, also one that came before, and leaves nothing behind")
  void awaitDone_isInterruptible() throws Exception {
    AtomicReference<Boolean> done = new AtomicReference<>();
    Thread waiter = waiting(Duration.ofDays(1), done);
    await().until(() -> waiter.getState() == Thread.State.WAITING);
    waiter.interrupt();
    waiter.join(10_000);
    assertThat(done.get()).isNull();
    assertThat(Tree.members(context)).isZero();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> context.awaitDone(Duration.ofDays(1)))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThatThrownBy(() -> context.awaitDone(null)).hasMessage("atMost is null");
  }

  private Thread waiting(Duration atMost, AtomicReference<Boolean> done) {
    Thread waiter = new Thread(() -> waitFor(context, atMost, done));
    waiter.start();
    return waiter;
  }

  private static void waitFor(Context context, Duration atMost, AtomicReference<Boolean> done) {
    try {
      done.set(context.awaitDone(atMost));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
