package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Who observes work is told of what lingers, of what is skipped, and of nothing else. */
@SuppressWarnings("try") // scopes are used by closing them
class ObservedWorkTest {
  private final Overheard overheard = new Overheard();
  private final Context observed = Context.background().withValue(Overheard.KEY, overheard);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);

  private Void ignoresItsContext() throws InterruptedException {
    begun.countDown();
    finish.await();
    return null;
  }

  @Test
  void aBranchThatRunsOn_lingersFromItsContextsEndToItsReturn() throws Exception {
    try (CancelScope scope = observed.withCancel();
        TaskGroup group = TaskGroup.open(scope.context())) {
      group.fork("report", this::ignoresItsContext);
      begun.await();
      assertThat(overheard.lingered).isEmpty();

      scope.cancel(Reason.ADMIN);

      ObservedWork work = overheard.lingered.get(0);
      assertThat(work.kind()).isEqualTo(ObservedWork.Kind.TASK);
      assertThat(work.name()).isEqualTo("report");
      assertThat(work.cancellation().reason()).isEqualTo(Reason.ADMIN);
      assertThat(work.stack())
          .extracting(StackTraceElement::getMethodName)
          .contains("ignoresItsContext");
      assertThat(work.sinceEnd()).isPositive();
      assertThat(overheard.returned).isEmpty();
      finish.countDown();
      group.close();
      assertThat(overheard.returned).containsExactly(work);
      assertThat(work.hasReturned()).isTrue();
      assertThat(work.stack()).isEmpty();
    }
    assertThat(overheard.lingered).hasSize(1);
  }

  @Test
  void workThatReturnsInTime_isNotTalkedAbout() throws Exception {
    CancelScope scope = observed.withCancel();
    try (TaskGroup group = TaskGroup.open(scope.context())) {
      group.fork("quick", () -> 1);
      group.join();
    }
    scope.context().wrap(() -> {}).run();
    assertThat(scope.context().wrap(() -> 2).call()).isEqualTo(2);
    scope.cancel();
    assertThat(overheard.lingered).isEmpty();
    assertThat(overheard.returned).isEmpty();
    assertThat(overheard.skipped).isEmpty();
  }

  @Test
  void whatIsWrapped_lingersUnderTheNameOfItsClass_alsoByADeadline() throws Exception {
    FakeTime time = new FakeTime();
    CountDownLatch both = new CountDownLatch(2);
    ExecutorService threads = Executors.newCachedThreadPool();
    try (CancelScope scope =
        Context.background(time)
            .withValue(Overheard.KEY, overheard)
            .withTimeout(Duration.ofSeconds(1))) {
      Runnable task =
          () -> {
            both.countDown();
            ignoresItsContext(finish);
          };
      threads.execute(scope.context().wrap(task));
      Future<?> submitted = scope.context().wrap(threads).submit(task);
      both.await();
      time.advance(Duration.ofSeconds(1));
      Awaitility.await().until(() -> overheard.lingered.size() == 2);
      assertThat(overheard.lingered)
          .extracting(ObservedWork::name)
          .contains(ObservedWorkTest.class.getName());
      finish.countDown();
      submitted.get();
    } finally {
      threads.shutdown();
    }
  }

  private static void ignoresItsContext(CountDownLatch finish) {
    try {
      finish.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsNotBegun_isToldOfOnce() {
    Queue<Runnable> queue = new ArrayDeque<>();
    CancelScope scope = observed.withCancel();
    Context context = scope.context();
    TaskGroup group = TaskGroup.open(context, queue::add);
    group.fork("branch", () -> 1);
    context.wrap(queue::add).execute(() -> {});
    scope.cancel();
    queue.forEach(Runnable::run);
    context.wrap(() -> {}).run();
    assertThatExceptionOfType(CanceledException.class)
        .isThrownBy(() -> context.wrap(() -> 1).call());
    assertThat(overheard.skipped)
        .containsExactly(
            "TASK branch",
            "TASK " + ObservedWorkTest.class.getName(),
            "TASK " + ObservedWorkTest.class.getName(),
            "TASK " + ObservedWorkTest.class.getName());
    assertThat(overheard.lingered).isEmpty();
    group.close();
  }

  @Test
  void workThatOutlivesItsRequest_doesNotLinger() throws Exception {
    try (CancelScope scope = observed.withCancel()) {
      scope.context().withoutCancel().wrap((Runnable) scope::cancel).run();
      assertThat(scope.context().isDone()).isTrue();
    }
    assertThat(overheard.lingered).isEmpty();
  }

  @Test
  void workThatEndsItsOwnContext_lingers() {
    CancelScope scope = observed.withCancel();
    scope.context().wrap((Runnable) scope::cancel).run();
    assertThat(overheard.lingered).hasSize(1).isEqualTo(overheard.returned);
  }

  @Test
  void workThatSeesTheEndFirst_lingersToo() {
    CancelScope scope = observed.withCancel();
    // Whoever ends a context runs its listeners after: this one, and the work returns before
    // others.
    CountDownLatch seen = new CountDownLatch(1);
    scope.context().onDone(Runnable::run, why -> ignoresItsContext(seen));
    Thread ending = new Thread(scope::cancel);
    scope
        .context()
        .wrap(
            () -> {
              ending.start();
              while (!scope.context().isDone()) {
                Thread.onSpinWait();
              }
            })
        .run();
    seen.countDown();
    assertThat(overheard.lingered).hasSize(1).isEqualTo(overheard.returned);
  }

  @Test
  void anObserverThatThrows_disturbsNobody() throws Exception {
    overheard.toThrow = new IllegalStateException("an observer's bug");
    CancelScope scope = observed.withCancel();
    List<Throwable> uncaught = new java.util.concurrent.CopyOnWriteArrayList<>();
    Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    try {
      scope.context().wrap((Runnable) scope::cancel).run();
      scope.context().wrap(() -> {}).run();
    } finally {
      Thread.currentThread().setUncaughtExceptionHandler(null);
    }
    assertThat(uncaught).hasSize(3).containsOnly(overheard.toThrow);
  }

  @Test
  void whoDeclaresWork_isHeardOnce() {
    CancelScope scope = observed.withCancel();
    scope.cancel();
    ObservedWork work =
        ObservedWork.lingering(
            ObservedWork.Kind.STATEMENT,
            "",
            scope.context(),
            scope.context().cancellation(),
            Thread.currentThread());
    work.end();
    work.end();
    assertThat(overheard.lingered).containsExactly(work);
    assertThat(overheard.returned).containsExactly(work);
  }

  /** Ends and returns meet in every order: what lingered has returned, once each. */
  @Test
  void whateverTheOrder_whoLingersReturns() throws Exception {
    int rounds = Effort.of(2_000, 200_000);
    long seed = ThreadLocalRandom.current().nextLong();
    java.util.Random random = new java.util.Random(seed);
    for (int round = 0; round < rounds; round++) {
      CancelScope scope = observed.withCancel();
      CountDownLatch go = new CountDownLatch(1);
      int spins = random.nextInt(200);
      CompletableFuture<Void> ending =
          CompletableFuture.runAsync(
              () -> {
                go.countDown();
                scope.cancel();
              });
      go.await();
      scope
          .context()
          .wrap(
              () -> {
                for (int i = 0; i < spins; i++) {
                  Thread.onSpinWait();
                }
              })
          .run();
      ending.get();
    }
    assertThat(overheard.returned)
        .as("seed %s", seed)
        .containsExactlyInAnyOrderElementsOf(overheard.lingered);
  }
}
