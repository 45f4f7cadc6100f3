package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Effort;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import dev.ripcord.Tree;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A future ends with its context, and a context with its future. */
@SuppressWarnings("try") // scopes are used by closing them
class FuturesTest {
  private static final Reason WHY = Reason.of("WHY");

  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final CompletableFuture<String> source = new CompletableFuture<>();
  private final CountDownLatch never = new CountDownLatch(1);

  static List<Threading> threads() {
    return Threading.available();
  }

  @AfterEach
  void nothingIsLeft() {
    never.countDown();
    assertThat(Thread.interrupted()).isFalse();
    await().until(() -> Tree.members(context) == 0);
  }

  /** What it failed with; waits for that. */
  private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
    @Nullable Throwable failure =
        future.<@Nullable Throwable>handle((value, f) -> f).get(60, TimeUnit.SECONDS);
    assertThat(failure).as("it succeeded").isNotNull();
    return failure;
  }

  private void assertOurs(Throwable failure) {
    assertThat(failure).isInstanceOf(CanceledException.class);
    assertThat(((ContextException) failure).cancellation()).isSameAs(context.cancellation());
  }

  @Test
  @DisplayName("within: completes as its source does, and forgets the context")
  void within_completes() throws Exception {
    CompletableFuture<String> good = Futures.within(context, source);
    CompletableFuture<String> bad = Futures.within(context, new CompletableFuture<>());
    assertThat(Tree.members(context)).isEqualTo(4);
    source.complete("done");
    assertThat(good).isCompletedWithValue("done");
    assertThat(Futures.within(context, source)).isCompletedWithValue("done");
    bad.complete("somebody's");
    assertThat(Tree.members(context)).isZero();
    IOException failure = new IOException("broken");
    assertThat(failureOf(Futures.within(context, CompletableFuture.failedFuture(failure))))
        .isSameAs(failure);
  }

  @Test
  @DisplayName("within: the end completes it with its reason, and cancels the source")
  void within_ends() throws Exception {
    CompletableFuture<String> result = Futures.within(context, source);
    scope.cancel(WHY);
    assertOurs(failureOf(result));
    await().until(source::isCancelled);
    assertOurs(failureOf(Futures.within(context, new CompletableFuture<>()))); // done before
  }

  @Test
  @DisplayName("within: cancelling it cancels the source; completing it leaves the source alone")
  void within_canceledByItsHolder() {
    CompletableFuture<String> other = new CompletableFuture<>();
    Futures.within(context, other).complete("somebody's");
    assertThat(other).isNotDone();
    Futures.within(context, source).cancel(true);
    assertThat(source).isCancelled();
    scope.cancel();
    assertThat(other).isNotDone();
  }

  @Test
  @DisplayName("within: a source that somebody else cancels is no end of the context")
  void within_sourceCanceled() throws Exception {
    CompletableFuture<String> result = Futures.within(context, source);
    source.cancel(true);
    assertThat(failureOf(result))
        .isInstanceOf(CancellationException.class)
        .isNotInstanceOf(ContextException.class);
  }

  @Test
  @DisplayName("within: a step that never returns keeps neither the waiting nor the source")
  void within_callbackThatNeverReturns() throws Exception {
    CompletableFuture<String> result = Futures.within(context, source);
    var unused = result.whenComplete((value, failure) -> awaitNever());
    unused = source.whenComplete((value, failure) -> awaitNever());
    scope.cancel();
    await().until(() -> result.isDone() && source.isDone());
    never.countDown(); // so that the steps below are run at all
    assertOurs(failureOf(result));
  }

  private void awaitNever() {
    try {
      never.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("get: the end ends the wait and interrupts a task's body")
  void get_task(Threading kind) throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    FutureTask<String> task =
        new FutureTask<>(
            () -> {
              begun.countDown();
              try {
                never.await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return "";
            });
    kind.start(task);
    Threading.Running<String> waiting = kind.begin(() -> Futures.get(context, task));
    begun.await();
    scope.cancel(WHY);
    assertThatThrownBy(waiting::result)
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("WHY");
    interrupted.await();
    assertThat(task.isCancelled()).isTrue();
  }

  @Test
  @DisplayName("get: the result, the failure, somebody else's cancel and interrupt")
  void get_otherwise() throws Exception {
    assertThat(Futures.get(context, CompletableFuture.completedFuture("a"))).isEqualTo("a");
    IOException failure = new IOException("broken");
    assertThatThrownBy(() -> Futures.get(context, CompletableFuture.failedFuture(failure)))
        .isInstanceOf(ExecutionException.class)
        .hasCause(failure);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Futures.get(context, source)).isInstanceOf(InterruptedException.class);
    assertThat(source).isNotDone();
    source.cancel(true);
    assertThatThrownBy(() -> Futures.get(context, source))
        .isInstanceOf(CancellationException.class)
        .isNotInstanceOf(ContextException.class);
    scope.cancel();
    CompletableFuture<String> other = new CompletableFuture<>();
    assertThatThrownBy(() -> Futures.get(context, other)).isInstanceOf(CanceledException.class);
    assertOurs(failureOf(other));
  }

  @Test
  @DisplayName("cancelWith: a plain future is told the reason, any other is cancelled")
  void cancelWith_ends() throws Exception {
    FutureTask<String> task = new FutureTask<>(() -> "");
    Registration ofTask = Futures.cancelWith(context, task);
    Futures.cancelWith(context, source);
    CompletableFuture<String> done = CompletableFuture.completedFuture("a");
    Futures.cancelWith(context, done);
    scope.cancel(WHY);
    assertOurs(failureOf(source));
    await().until(task::isCancelled);
    assertThat(ofTask.stop()).isFalse();
    assertThat(done).isCompletedWithValue("a");
  }

  @Test
  @DisplayName("cancelWith: called off, or by itself when a future completes")
  void cancelWith_stopped() {
    Futures.cancelWith(context, source);
    FutureTask<String> task = new FutureTask<>(() -> "");
    assertThat(Futures.cancelWith(context, task).stop()).isTrue();
    source.complete("a");
    assertThat(Tree.members(context)).isZero();
  }

  @Test
  @DisplayName(
      "scopeOf: ends when the future is cancelled or fails, or with its parent; not on success")
  void scopeOf() {
    Context ofCanceled = Futures.scopeOf(context, source).context();
    assertThat(ofCanceled.isDone()).isFalse();
    source.cancel(true);
    assertThat(reasonOf(ofCanceled)).hasToString("CLIENT_CANCELED \"its future was cancelled\"");

    IOException failure = new IOException("broken");
    CompletableFuture<String> failing = new CompletableFuture<>();
    Context ofFailed = Futures.scopeOf(context, failing.thenApply(value -> value)).context();
    failing.completeExceptionally(failure);
    assertThat(ofFailed.cancellation().cause()).isSameAs(failure);

    Cancellation elsewhere = Cancellation.canceled(WHY, null);
    Context ofEnded =
        Futures.scopeOf(context, CompletableFuture.failedFuture(elsewhere.toException())).context();
    assertThat(ofEnded.cancellation()).isSameAs(elsewhere);

    Context ofDone = Futures.scopeOf(context, CompletableFuture.completedFuture("a")).context();
    assertThat(ofDone.isDone()).isFalse();
    assertThat(context.isDone()).isFalse();
    assertThat(Tree.members(context)).isZero();
    scope.cancel(WHY);
    assertThat(reasonOf(ofDone)).isEqualTo(WHY);
  }

  private static Reason reasonOf(Context done) {
    return done.cancellation().reason();
  }

  @Test
  @DisplayName("the end, the source and the holder at once: one outcome, nothing registered")
  void race() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < Effort.of(2_000, 100_000); round++) {
      try (CancelScope end = Context.background().withCancel()) {
        CompletableFuture<String> from = new CompletableFuture<>();
        CompletableFuture<String> result = Futures.within(end.context(), from);
        List<Threading.Running<?>> all =
            List.of(
                Threading.PLATFORM.begin(() -> end.cancel(WHY)),
                Threading.PLATFORM.begin(
                    random.nextBoolean() ? () -> from.complete("a") : () -> result.cancel(true)));
        for (Threading.Running<?> each : all) {
          each.result();
        }
        result.handle((value, failure) -> true).get(60, TimeUnit.SECONDS);
        await("seed " + seed + ", round " + round)
            .pollDelay(java.time.Duration.ZERO)
            .until(() -> from.isDone() && Tree.members(end.context()) == 0);
        if (!result.isCompletedExceptionally()) {
          assertThat(result).isCompletedWithValue("a");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    StopTimes.check(
        "a future",
        kind,
        (under, waiting) -> {
          waiting.countDown();
          Futures.get(under, new CompletableFuture<>());
        });
  }
}
