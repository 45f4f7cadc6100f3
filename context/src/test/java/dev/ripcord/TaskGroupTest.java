package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.testing.FakeTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Structured fan-out. */
class TaskGroupTest {
  private static final Reason WHY = Reason.of("WHY");

  private final FakeTime time = new FakeTime();
  private final CancelScope parent = time.background().withCancel();

  /** A task as it should be: works until its context ends, and says so. */
  private static String untilTheEnd() throws InterruptedException {
    Context.current().awaitDone(Duration.ofDays(365_000));
    Context.current().throwIfDone();
    return "impossible";
  }

  @Test
  @DisplayName("all succeed: join returns, results can be had, each ran under a child of its own")
  void allSucceed() throws Exception {
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      TaskGroup.Task<Context> a = group.fork("a", Context::current);
      TaskGroup.Task<Context> b = group.fork("b", Context::current);
      TaskGroup.Task<String> nothing = group.fork("nothing", () -> null);
      group.join();
      assertThat(a.get()).isSameAs(a.context()).isNotSameAs(b.get());
      assertThat(nothing.get()).isNull();
      assertThat(a.name()).isEqualTo("a");
      assertThat(a).hasToString("Task[a]");
      assertThat(group.context().isDone()).isFalse();
      group.join();
    }
    assertThat(parent.context().isDone()).isFalse();
    assertThat(Tree.members(parent.context())).isZero();
  }

  @Test
  @DisplayName("the first failure is kept, the siblings end with SIBLING_FAILED, join throws it")
  void firstFailure_endsTheSiblings() {
    IOException failure = new IOException("rejected");
    AtomicReference<Cancellation> seen = new AtomicReference<>();
    CountDownLatch siblingStarted = new CountDownLatch(1);
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      TaskGroup.Task<String> sibling =
          group.fork(
              "identity",
              () -> {
                siblingStarted.countDown();
                try {
                  return untilTheEnd();
                } finally {
                  seen.set(Context.current().cancellation());
                }
              });
      TaskGroup.Task<String> token =
          group.fork(
              "token",
              () -> {
                siblingStarted.await();
                throw failure;
              });
      assertThatThrownBy(group::join).isInstanceOf(ExecutionException.class).hasCause(failure);
      assertThatThrownBy(group::join).as("again").hasCause(failure);
      assertThat(seen.get().kind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(seen.get().reason())
          .isEqualTo(Reason.SIBLING_FAILED.withMessage("token: " + failure));
      assertThat(seen.get().cause()).isSameAs(failure);
      assertThatThrownBy(sibling::get)
          .isInstanceOf(IllegalStateException.class)
          .hasCauseInstanceOf(CanceledException.class);
      assertThatThrownBy(token::get)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("token")
          .hasCause(failure);
    }
    assertThat(parent.context().isDone()).isFalse();
  }

  @Test
  @DisplayName("of many failures at once exactly one is the first, and is every sibling's reason")
  void manyFailures_haveOneFirst() throws Exception {
    for (int round = 0; round < Effort.of(300, 10_000); round++) {
      try (TaskGroup group = TaskGroup.open(parent.context())) {
        for (int i = 0; i < 4; i++) {
          String name = "t" + i;
          group.fork(
              name,
              () -> {
                throw new IOException(name);
              });
        }
        assertThatThrownBy(group::join)
            .isInstanceOfSatisfying(
                ExecutionException.class,
                e -> assertThat(group.context().cancellation().cause()).isSameAs(e.getCause()));
      }
    }
  }

  @Test
  @DisplayName("a task forked after a failure is skipped")
  void forkAfterAFailure_isSkipped() {
    AtomicInteger ran = new AtomicInteger();
    try (TaskGroup group = TaskGroup.open(parent.context(), Runnable::run)) {
      group.fork(
          "a",
          () -> {
            throw new IOException("mine");
          });
      TaskGroup.Task<Integer> late = group.fork("late", ran::incrementAndGet);
      assertThatThrownBy(group::join).hasMessageContaining("mine");
      assertThatThrownBy(late::get).hasCauseInstanceOf(CanceledException.class);
    }
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("the parent's end reaches the tasks, and join throws the context's exception")
  void parentsEnd_endsTheTasks() throws Exception {
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      TaskGroup.Task<String> task = group.fork("a", TaskGroupTest::untilTheEnd);
      parent.cancel(WHY);
      assertThatThrownBy(group::join)
          .isInstanceOfSatisfying(
              CanceledException.class, e -> assertThat(e.cancellation().reason()).isEqualTo(WHY));
      assertThatThrownBy(task::get).hasCauseInstanceOf(CanceledException.class);
    }
  }

  @Test
  @DisplayName("the parent's deadline does the same, as DEADLINE_EXCEEDED")
  void parentsDeadline_endsTheTasks() throws Exception {
    try (CancelScope limited = time.background().withTimeout(Duration.ofSeconds(1));
        TaskGroup group = TaskGroup.open(limited.context())) {
      group.fork("a", TaskGroupTest::untilTheEnd);
      TaskGroup.Task<String> quick = group.fork("quick", () -> "done");
      await().until(() -> time.timers() > 0);
      time.advance(Duration.ofSeconds(1));
      assertThatThrownBy(group::join).isInstanceOf(DeadlineExceededException.class);
      assertThat(quick.get()).isEqualTo("done");
    }
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("if all tasks succeeded, the parent's end does not spoil it")
  void parentsEndAfterSuccess_changesNothing() throws Exception {
    try (TaskGroup group = TaskGroup.open(parent.context(), Runnable::run)) {
      TaskGroup.Task<String> task = group.fork("a", () -> "done");
      parent.cancel();
      group.join();
      assertThat(task.get()).isEqualTo("done");
    }
  }

  @Test
  @DisplayName("a task's own deadline is a failure of the task, not an end of the group")
  void tasksOwnDeadline_isItsFailure() {
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      group.fork(
          "a",
          () -> {
            try (CancelScope own = Context.current().withTimeout(Duration.ZERO)) {
              own.context().throwIfDone();
            }
            return "impossible";
          });
      assertThatThrownBy(group::join)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  @DisplayName("close without join ends what is left and waits for it")
  void closeWithoutJoin_waits() {
    AtomicInteger finished = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(3);
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      for (int i = 0; i < 3; i++) {
        group.fork(
            "t" + i,
            () -> {
              started.countDown();
              try {
                return untilTheEnd();
              } finally {
                finished.incrementAndGet();
              }
            });
      }
      Threads.awaitUninterruptibly(started);
    }
    assertThat(finished).hasValue(3);
  }

  @Test
  @DisplayName("close keeps an interrupt for after; join throws it")
  void interrupts() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicReference<String> seen = new AtomicReference<>("");
    Thread owner =
        new Thread(
            () -> {
              try (TaskGroup group = TaskGroup.open(parent.context())) {
                group.fork(
                    "stubborn",
                    () -> {
                      Threads.awaitUninterruptibly(goOn);
                      return null;
                    });
                group.join();
              } catch (InterruptedException e) {
                seen.set(seen.get() + "join ");
              } catch (ExecutionException e) {
                throw new AssertionError(e);
              }
              seen.set(seen.get() + "closed " + Thread.currentThread().isInterrupted());
            });
    owner.start();
    await().until(() -> owner.getState() == Thread.State.WAITING);
    owner.interrupt(); // ends join
    await().until(() -> owner.getState() == Thread.State.WAITING && !owner.isInterrupted());
    owner.interrupt(); // must not end close
    goOn.countDown();
    owner.join(10_000);
    assertThat(seen.get()).startsWith("join closed ");
  }

  @Test
  @DisplayName("tasks may fork; join waits for those too, however late they were forked")
  void tasksFork_andJoinWaitsForThem() throws Exception {
    for (int round = 0; round < Effort.of(200, 5_000); round++) {
      try (TaskGroup group = TaskGroup.open(parent.context())) {
        AtomicInteger finished = new AtomicInteger();
        CountDownLatch joining = new CountDownLatch(1);
        group.fork("root", () -> branch(group, 3, finished, joining));
        joining.countDown();
        group.join();
        assertThat(finished).as("round %s", round).hasValue(4);
      }
    }
  }

  private static Object branch(
      TaskGroup group, int depth, AtomicInteger finished, CountDownLatch joining)
      throws InterruptedException {
    joining.await();
    if (depth > 0) {
      group.fork("depth" + depth, () -> branch(group, depth - 1, finished, joining));
    }
    return finished.incrementAndGet();
  }

  @Test
  @DisplayName("join waits for a task that a task forks while join already waits for the last one")
  void lateFork_isWaitedFor() throws Exception {
    AtomicInteger finished = new AtomicInteger();
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch laterGoOn = new CountDownLatch(1);
    AtomicReference<Integer> atJoin = new AtomicReference<>();
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      group.fork(
          "first",
          () -> {
            goOn.await();
            return group.fork(
                "later",
                () -> {
                  laterGoOn.await();
                  return finished.incrementAndGet();
                });
          });
      Thread joiner =
          new Thread(
              () -> {
                try {
                  group.join();
                  atJoin.set(finished.get());
                } catch (InterruptedException | ExecutionException e) {
                  throw new AssertionError(e);
                }
              });
      joiner.start();
      await().until(() -> joiner.getState() == Thread.State.WAITING);
      goOn.countDown();
      await().until(() -> joiner.getState() == Thread.State.WAITING || atJoin.get() != null);
      laterGoOn.countDown();
      joiner.join(10_000);
      assertThat(atJoin.get()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("fork on a closed group fails; the work does not run")
  void forkAfterClose_fails() {
    TaskGroup group = TaskGroup.open(parent.context());
    group.close();
    group.close();
    AtomicInteger ran = new AtomicInteger();
    assertThatThrownBy(() -> group.fork("late", ran::incrementAndGet))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("join after close does not pass for success when tasks were cut off")
  void joinAfterClose_tellsWhatWasCutOff() {
    TaskGroup group = TaskGroup.open(parent.context());
    group.fork("a", TaskGroupTest::untilTheEnd);
    group.close();
    assertThatThrownBy(group::join).isInstanceOf(CanceledException.class);
  }

  @Test
  @DisplayName("an executor that refuses is a failure of the group")
  void refusingExecutor_isAFailure() {
    Executor refusing =
        task -> {
          throw new RejectedExecutionException("full");
        };
    try (TaskGroup group = TaskGroup.open(parent.context(), refusing)) {
      TaskGroup.Task<String> task = group.fork("a", () -> "never");
      assertThatThrownBy(group::join)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(RejectedExecutionException.class);
      assertThatThrownBy(task::get).hasCauseInstanceOf(RejectedExecutionException.class);
    }
  }

  @Test
  @DisplayName("so is one that cannot make a thread: close does not hang")
  void executorOutOfThreads_isAFailure() {
    Executor exhausted =
        task -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    try (TaskGroup group = TaskGroup.open(parent.context(), exhausted)) {
      group.fork("a", () -> "never");
      assertThatThrownBy(group::join).hasCauseInstanceOf(OutOfMemoryError.class);
    }
  }

  @Test
  @DisplayName("a task still queued when the group ends needs no thread any more: nothing hangs")
  void queuedTasks_areSkippedAtTheEnd() throws Exception {
    List<Runnable> dropped = new ArrayList<>();
    AtomicInteger ran = new AtomicInteger();
    TaskGroup.Task<Integer> task;
    try (TaskGroup group = TaskGroup.open(parent.context(), dropped::add)) {
      task = group.fork("a", ran::incrementAndGet);
      assertThat(dropped).hasSize(1);
      parent.cancel(WHY);
      assertThatThrownBy(group::join).isInstanceOf(CanceledException.class);
    }
    dropped.forEach(Runnable::run);
    assertThat(ran).hasValue(0);
    assertThatThrownBy(task::get).hasCauseInstanceOf(CanceledException.class);
    assertThat(Tree.members(parent.context())).isZero();
  }

  @Test
  @DisplayName("nested groups that starve on one pool end with their deadline")
  void nestedGroups_onAFullPoolEndInTime() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try (CancelScope limited = time.background().withTimeout(Duration.ofSeconds(1));
        TaskGroup outer = TaskGroup.open(limited.context(), pool)) {
      CountDownLatch innerForked = new CountDownLatch(1);
      outer.fork(
          "outer",
          () -> {
            try (TaskGroup inner = TaskGroup.open(Context.current(), pool)) {
              inner.fork("inner", () -> "waits for the thread that waits for it");
              innerForked.countDown();
              inner.join();
            }
            return null;
          });
      Threads.awaitUninterruptibly(innerForked);
      time.advance(Duration.ofSeconds(1));
      assertThatThrownBy(outer::join).isInstanceOf(DeadlineExceededException.class);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  @DisplayName("nested groups: an inner failure ends the outer siblings too, with its cause")
  void nestedGroups_passFailuresOn() {
    AtomicReference<Cancellation> seen = new AtomicReference<>();
    CountDownLatch rightStarted = new CountDownLatch(1);
    try (TaskGroup outer = TaskGroup.open(parent.context())) {
      outer.fork(
          "left",
          () -> {
            rightStarted.await();
            try (TaskGroup inner = TaskGroup.open(Context.current())) {
              inner.fork(
                  "leaf",
                  () -> {
                    throw new IOException("mine");
                  });
              inner.join();
            }
            return null;
          });
      outer.fork(
          "right",
          () -> {
            rightStarted.countDown();
            try {
              return untilTheEnd();
            } finally {
              seen.set(Context.current().cancellation());
            }
          });
      assertThatThrownBy(outer::join).hasRootCauseInstanceOf(IOException.class);
      assertThat(seen.get().reason().hasCodeOf(Reason.SIBLING_FAILED)).isTrue();
      assertThat(seen.get().reason().message()).startsWith("left: ").contains("mine");
    }
  }

  @Test
  @DisplayName("a thousand tasks on the default threads")
  void manyTasks() throws Exception {
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      List<TaskGroup.Task<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        int id = i;
        tasks.add(group.fork("t" + i, () -> id));
      }
      group.join();
      for (int i = 0; i < 1_000; i++) {
        assertThat(tasks.get(i).get()).isEqualTo(i);
      }
    }
  }

  @Test
  @DisplayName("bad input fails at once")
  void badInput() {
    assertThatThrownBy(() -> TaskGroup.open(null)).hasMessage("parent is null");
    assertThatThrownBy(() -> TaskGroup.open(parent.context(), null)).hasMessage("executor is null");
    try (TaskGroup group = TaskGroup.open(parent.context())) {
      assertThatThrownBy(() -> group.fork(null, () -> 1)).hasMessage("name is null");
      assertThatThrownBy(() -> group.fork("a", null)).hasMessage("work is null");
    }
  }
}
