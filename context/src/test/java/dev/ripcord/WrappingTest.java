package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** current(), and work that carries its context to another thread. */
class WrappingTest {
  private static final Reason WHY = Reason.of("WHY");
  private static final Key<String> NAME = Key.local("name");

  private final CancelScope scope = Context.background().withValue(NAME, "a").withCancel();
  private final Context context = scope.context();
  private final ExecutorService one = Executors.newSingleThreadExecutor();
  private final ExecutorService bound = context.wrap(one);
  private final Queue<Runnable> queue = new ArrayDeque<>();
  private final AtomicInteger ran = new AtomicInteger();

  @AfterEach
  void stop() {
    one.shutdownNow();
  }

  /** Keeps the only thread busy until the returned latch is counted down. */
  private CountDownLatch occupy() {
    CountDownLatch goOn = new CountDownLatch(1);
    one.execute(() -> Threads.awaitUninterruptibly(goOn));
    return goOn;
  }

  @Test
  @DisplayName(
      "current is background, then what run and call bind, and what was bound before again")
  void current_isBoundAndRestored() throws Exception {
    Context other = Context.todo().withCancel().context();
    assertThat(Context.current()).isSameAs(Context.background());
    context.run(
        () -> {
          assertThat(Context.current()).isSameAs(context);
          other.run(() -> assertThat(Context.current()).isSameAs(other));
          assertThat(Context.current()).isSameAs(context);
          assertThatThrownBy(
                  () ->
                      other.run(
                          () -> {
                            throw new IllegalStateException("mine");
                          }))
              .hasMessage("mine");
          assertThat(Context.current()).isSameAs(context);
        });
    assertThat(context.call(Context::current)).isSameAs(context);
    assertThat(Context.current()).isSameAs(Context.background());
  }

  @Test
  @DisplayName("run and call run also when the context is done")
  void run_runsWhenDone() throws Exception {
    scope.cancel();
    context.run(ran::incrementAndGet);
    assertThat(context.call(ran::incrementAndGet)).isEqualTo(2);
    assertThatThrownBy(() -> context.run(null)).hasMessage("r is null");
    assertThatThrownBy(() -> context.call(null)).hasMessage("c is null");
  }

  @Test
  @DisplayName("a wrapped Runnable is bound, and skipped once the context is done")
  void wrappedRunnable() {
    Runnable count = () -> ran.addAndGet(Context.current() == context ? 1 : 100);
    Runnable wrapped = context.wrap(count);
    wrapped.run();
    scope.cancel();
    wrapped.run();
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("settled: a wrapped Callable is bound, and throws the context's exception once done")
  void wrappedCallable() throws Exception {
    Callable<String> wrapped = context.wrap(() -> Context.current().value(NAME));
    assertThat(wrapped.call()).isEqualTo("a");
    scope.cancel(WHY);
    assertThatThrownBy(wrapped::call)
        .isInstanceOfSatisfying(
            CanceledException.class, e -> assertThat(e.cancellation().reason()).isEqualTo(WHY));
  }

  @Test
  @DisplayName("a wrapped Executor binds, and skips what was queued behind the end")
  void wrappedExecutor() {
    Executor wrapped = context.wrap((Executor) queue::add);
    wrapped.execute(() -> ran.addAndGet(Context.current() == context ? 1 : 100));
    wrapped.execute(() -> ran.addAndGet(1_000));
    queue.remove().run();
    scope.cancel();
    queue.remove().run();
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("settled: a skipped FutureTask on a wrapped Executor does not hang")
  void wrappedExecutor_withAFutureTask() {
    FutureTask<String> task = new FutureTask<>(() -> "never");
    context.wrap((Executor) queue::add).execute(task);
    scope.cancel();
    queue.remove().run();
    assertThatThrownBy(() -> task.get(1, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  @DisplayName("supplyAsync on a wrapped executor always completes, bound to the context")
  void supplyAsync_alwaysCompletes() throws Exception {
    Executor wrapped = context.wrap((Executor) queue::add);
    CompletableFuture<Reason> queued =
        CompletableFuture.supplyAsync(
            () -> {
              Context.current().throwIfDone();
              return null;
            },
            wrapped);
    CompletableFuture<String> step =
        CompletableFuture.completedFuture("x")
            .thenApplyAsync(x -> x + Context.current().value(NAME), wrapped);
    scope.cancel(WHY);
    queue.forEach(Runnable::run);
    assertThatThrownBy(() -> queued.get(1, TimeUnit.SECONDS))
        .hasCauseInstanceOf(CanceledException.class)
        .hasMessageContaining("WHY");
    assertThat(step.get(1, TimeUnit.SECONDS)).isEqualTo("xa");
  }

  @Test
  @DisplayName("settled: submit, invokeAll: skipped futures complete with the context's exception")
  void wrappedService_skips() throws Exception {
    CountDownLatch goOn = occupy();
    List<Future<?>> futures = new ArrayList<>();
    futures.add(bound.submit((Runnable) ran::incrementAndGet));
    futures.add(bound.submit((Callable<Integer>) ran::incrementAndGet));
    futures.add(bound.submit(ran::incrementAndGet, "result"));
    scope.cancel(WHY);
    goOn.countDown();
    futures.addAll(bound.invokeAll(List.of(ran::incrementAndGet, ran::incrementAndGet)));
    futures.addAll(
        bound.invokeAll(List.of((Callable<Integer>) ran::incrementAndGet), 10, TimeUnit.SECONDS));
    for (Future<?> future : futures) {
      assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CanceledException.class);
    }
    List<Callable<Integer>> last = List.of(ran::incrementAndGet);
    assertThatThrownBy(() -> bound.invokeAny(last)).hasCauseInstanceOf(CanceledException.class);
    assertThatThrownBy(() -> bound.invokeAny(last, 10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(CanceledException.class);
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("a wrapped service binds all it runs")
  void wrappedService_binds() throws Exception {
    Callable<Context> current = Context::current;
    assertThat(bound.submit(current).get(10, TimeUnit.SECONDS)).isSameAs(context);
    assertThat(bound.submit(() -> {}, "r").get(10, TimeUnit.SECONDS)).isEqualTo("r");
    assertThat(bound.submit((Runnable) () -> {}).get(10, TimeUnit.SECONDS)).isNull();
    assertThat(bound.invokeAll(List.of(current)).get(0).get()).isSameAs(context);
    assertThat(bound.invokeAny(List.of(current))).isSameAs(context);
    assertThat(bound.invokeAny(List.of(current), 10, TimeUnit.SECONDS)).isSameAs(context);
    CountDownLatch done = new CountDownLatch(1);
    bound.execute(
        () -> {
          ran.addAndGet(Context.current() == context ? 1 : 100);
          done.countDown();
        });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).hasValue(1);
    assertThat(one.submit(current).get()).as("unbound again").isSameAs(Context.background());
  }

  @Test
  @DisplayName("an ExecutorCompletionService over a wrapped service gets every task back")
  void completionService_getsAllBack() throws Exception {
    CountDownLatch goOn = occupy();
    var completions = new ExecutorCompletionService<Integer>(bound);
    completions.submit(ran::incrementAndGet);
    completions.submit(() -> {}, 1);
    scope.cancel();
    goOn.countDown();
    for (int i = 0; i < 2; i++) {
      Future<Integer> skipped = completions.poll(10, TimeUnit.SECONDS);
      assertThat(skipped).isNotNull();
      assertThatThrownBy(() -> skipped.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(CanceledException.class);
    }
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("an ExecutorCompletionService over a wrapped executor gets every task back as well")
  void completionServiceOverAnExecutor_getsAllBack() throws Exception {
    var completions = new ExecutorCompletionService<String>(context.wrap((Executor) queue::add));
    completions.submit(() -> Context.current().value(NAME));
    scope.cancel();
    queue.remove().run();
    assertThat(completions.take().get(10, TimeUnit.SECONDS)).isEqualTo("a");
  }

  @Test
  @DisplayName("a ForkJoinPool behind it behaves alike")
  void forkJoinPool() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(1);
    try {
      ExecutorService wrapped = context.wrap((ExecutorService) pool);
      assertThat(wrapped.submit(Context::current).get(10, TimeUnit.SECONDS)).isSameAs(context);
      scope.cancel();
      Future<Integer> skipped = wrapped.submit(ran::incrementAndGet);
      assertThatThrownBy(() -> skipped.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseInstanceOf(CanceledException.class);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  @DisplayName("shutting a wrapped service down shuts down what it wraps")
  void shutdown_isPassedOn() throws Exception {
    CountDownLatch goOn = occupy();
    bound.execute(ran::incrementAndGet);
    assertThat(bound.isShutdown()).isFalse();
    bound.shutdown();
    assertThat(one.isShutdown()).isTrue();
    assertThat(bound.isShutdown()).isTrue();
    assertThat(bound.isTerminated()).isFalse();
    assertThat(bound.shutdownNow()).hasSize(1);
    goOn.countDown();
    assertThat(bound.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bound.isTerminated()).isTrue();
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("bad input fails at once")
  void badInput() {
    assertThatThrownBy(() -> context.wrap((Runnable) null)).hasMessage("r is null");
    assertThatThrownBy(() -> context.wrap((Callable<?>) null)).hasMessage("c is null");
    assertThatThrownBy(() -> context.wrap((Executor) null)).hasMessage("e is null");
    assertThatThrownBy(() -> context.wrap((ExecutorService) null)).hasMessage("e is null");
    assertThatThrownBy(() -> bound.execute(null)).hasMessage("task is null");
    assertThatThrownBy(() -> context.wrap((Executor) queue::add).execute(null))
        .hasMessage("task is null");
    for (ThrowingCallable bad :
        List.<ThrowingCallable>of(
            () -> bound.submit((Runnable) null),
            () -> bound.submit((Callable<?>) null),
            () -> bound.submit(null, "x"),
            () -> bound.invokeAll(null))) {
      assertThatThrownBy(bad).isInstanceOf(NullPointerException.class);
    }
  }
}
