package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 23 to 26 and 10: onDone, stop, stopOrJoin. */
class ListenerTest {
  private static final Reason WHY = Reason.of("WHY");

  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();

  /** An executor whose tasks wait until the test runs them. */
  private final Queue<Runnable> queue = new ArrayDeque<>();

  @Test
  @DisplayName("rule 23: runs once, off the cancelling thread, with the cancellation already final")
  void action_runsOnceElsewhere() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    AtomicReference<Thread> on = new AtomicReference<>();
    AtomicReference<Cancellation> told = new AtomicReference<>();
    AtomicReference<Cancellation> seen = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    context.onDone(
        end -> {
          on.set(Thread.currentThread());
          told.set(end);
          seen.set(context.cancellation());
          ran.incrementAndGet();
          done.countDown();
        });
    assertThat(ran).hasValue(0);
    scope.cancel(WHY);
    scope.cancel();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(on.get()).isNotSameAs(Thread.currentThread());
    assertThat(on.get().getName()).startsWith("ripcord-");
    assertThat(told.get()).isSameAs(context.cancellation());
    assertThat(seen.get()).isSameAs(told.get());
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("rule 23: on a JDK that has them, the thread is a virtual one; else a daemon")
  void action_runsOnAVirtualThreadOrADaemon() throws Exception {
    AtomicReference<Thread> on = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    context.onDone(
        end -> {
          on.set(Thread.currentThread());
          done.countDown();
        });
    scope.cancel();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(on.get().isDaemon()).isTrue();
    if (Runtime.version().feature() >= 21) {
      assertThat(Thread.class.getMethod("isVirtual").invoke(on.get())).isEqualTo(true);
    }
  }

  @Test
  @DisplayName("rule 23: already done: started at once, not inline")
  void onADoneContext_isStartedAtOnce() throws Exception {
    scope.cancel(WHY);
    AtomicReference<Thread> on = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(1);
    Registration hook =
        context.onDone(
            end -> {
              on.set(Thread.currentThread());
              done.countDown();
            });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(on.get()).isNotSameAs(Thread.currentThread());
    assertThat(hook.stop()).isFalse();
    assertThat(Tree.members(context)).isZero();
  }

  @Test
  @DisplayName("rule 23: with Runnable::run it runs inline on the cancelling thread")
  void inlineExecutor_runsOnTheCancellingThread() {
    AtomicReference<Thread> on = new AtomicReference<>();
    context.onDone(Runnable::run, end -> on.set(Thread.currentThread()));
    scope.cancel();
    assertThat(on.get()).isSameAs(Thread.currentThread());
  }

  @Test
  @DisplayName("settled: with Runnable::run on a done context it runs inline in onDone")
  void inlineExecutorOnADoneContext_runsInOnDone() {
    scope.cancel(WHY);
    List<Reason> ran = new ArrayList<>();
    Registration hook = context.onDone(Runnable::run, end -> ran.add(end.reason()));
    assertThat(ran).containsExactly(WHY);
    assertThat(hook.stop()).isFalse();
    assertThat(hook.stopOrJoin()).isFalse();
  }

  @Test
  @DisplayName("many listeners on one context: each once, in order of registration")
  void manyListeners_runOnceEachInOrder() {
    List<Integer> ran = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int id = i;
      Registration hook = context.onDone(Runnable::run, end -> ran.add(id));
      if (i % 3 == 0) {
        assertThat(hook.stop()).isTrue();
      } else {
        expected.add(id);
      }
    }
    scope.cancel();
    assertThat(ran).isEqualTo(expected);
  }

  @Test
  @DisplayName("rule 24: stop is true only for the call that prevented the action")
  void stop_isTrueOnce() {
    AtomicInteger ran = new AtomicInteger();
    Registration hook = context.onDone(Runnable::run, end -> ran.incrementAndGet());
    assertThat(hook.stop()).isTrue();
    assertThat(hook.stop()).isFalse();
    assertThat(hook.stopOrJoin()).isFalse();
    scope.cancel();
    assertThat(hook.stop()).isFalse();
    assertThat(ran).hasValue(0);
  }

  @Test
  @DisplayName("rule 24: stop frees the memory at once: the ring, the parent's and the action")
  void stop_freesAtOnce() throws Exception {
    Context leaf = context.withCancel().context().withCancel().context();
    Object captured = new Object();
    var reference = new java.lang.ref.WeakReference<>(captured);
    Registration kept = listenWith(leaf, captured);
    captured = null;
    assertThat(Tree.members(context)).isEqualTo(1);
    assertThat(kept.stop()).isTrue();
    assertThat(Tree.members(leaf)).isZero();
    assertThat(Tree.members(context)).isZero();
    await()
        .until(
            () -> {
              System.gc();
              return reference.get() == null;
            });
    assertThat(kept.stop()).isFalse();
  }

  private static Registration listenWith(Context to, Object captured) {
    return to.onDone(Runnable::run, end -> captured.hashCode());
  }

  @Test
  @DisplayName("rule 24: an action that has run is let go too")
  void action_isLetGoAfterItRan() {
    Object captured = new Object();
    var reference = new java.lang.ref.WeakReference<>(captured);
    Registration kept = listenWith(context, captured);
    captured = null;
    scope.cancel();
    await()
        .until(
            () -> {
              System.gc();
              return reference.get() == null;
            });
    assertThat(kept.stop()).isFalse();
  }

  @Test
  @DisplayName("rule 24: stop never waits, stopOrJoin waits for a running action")
  void stopOrJoin_waitsForARunningAction() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    Registration hook =
        context.onDone(
            end -> {
              started.countDown();
              Threads.awaitUninterruptibly(goOn);
              finished.set(true);
            });
    scope.cancel();
    assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(hook.stop()).as("returns although the action runs").isFalse();

    AtomicReference<Boolean> sawFinished = new AtomicReference<>();
    Thread joiner =
        new Thread(
            () -> {
              assertThat(hook.stopOrJoin()).isFalse();
              sawFinished.set(finished.get());
            });
    joiner.start();
    await().until(() -> joiner.getState() == Thread.State.WAITING);
    goOn.countDown();
    joiner.join(10_000);
    assertThat(sawFinished.get()).isTrue();
    assertThat(hook.stopOrJoin()).as("long finished").isFalse();
  }

  @Test
  @DisplayName("settled: queued counts as running for stopOrJoin")
  void stopOrJoin_waitsForAQueuedAction() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    Registration hook = context.onDone(queue::add, end -> ran.incrementAndGet());
    scope.cancel();
    assertThat(hook.stop()).isFalse();
    List<Thread> joiners = List.of(new Thread(hook::stopOrJoin), new Thread(hook::stopOrJoin));
    joiners.forEach(Thread::start);
    for (Thread joiner : joiners) {
      await().until(() -> joiner.getState() == Thread.State.WAITING);
    }
    queue.remove().run();
    for (Thread joiner : joiners) {
      joiner.join(10_000);
      assertThat(joiner.isAlive()).isFalse();
    }
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("settled: from inside its own action stopOrJoin returns at once")
  void stopOrJoin_fromInsideItsOwnAction() throws Exception {
    AtomicReference<Registration> hook = new AtomicReference<>();
    AtomicReference<Boolean> inline = new AtomicReference<>();
    hook.set(context.onDone(Runnable::run, end -> inline.set(hook.get().stopOrJoin())));
    scope.cancel();
    assertThat(inline.get()).isFalse();
  }

  @Test
  @DisplayName("settled: the same while another thread is already waiting for the action")
  void stopOrJoin_fromInsideWhileAnotherWaits() throws Exception {
    CountDownLatch otherWaits = new CountDownLatch(1);
    AtomicReference<Registration> hook = new AtomicReference<>();
    AtomicReference<Boolean> inside = new AtomicReference<>();
    hook.set(
        context.onDone(
            queue::add,
            end -> {
              Threads.awaitUninterruptibly(otherWaits);
              inside.set(hook.get().stopOrJoin());
            }));
    scope.cancel();
    for (boolean queued : new boolean[] {true, false}) {
      Thread joiner = new Thread(() -> hook.get().stopOrJoin());
      joiner.start();
      await().until(() -> joiner.getState() == Thread.State.WAITING);
      if (queued) {
        continue; // it waits since before the action began; another one comes while it runs
      }
      otherWaits.countDown();
    }
    queue.remove().run();
    assertThat(inside.get()).isFalse();
  }

  @Test
  @DisplayName("settled: an interrupt during stopOrJoin is kept for after")
  void stopOrJoin_keepsTheInterrupt() throws Exception {
    Registration hook = context.onDone(queue::add, end -> {});
    scope.cancel();
    AtomicReference<Boolean> interruptedAfter = new AtomicReference<>();
    Thread joiner =
        new Thread(
            () -> {
              hook.stopOrJoin();
              interruptedAfter.set(Thread.currentThread().isInterrupted());
            });
    joiner.start();
    await().until(() -> joiner.getState() == Thread.State.WAITING);
    joiner.interrupt();
    await().until(() -> joiner.getState() == Thread.State.WAITING);
    assertThat(joiner.isAlive()).isTrue();
    queue.remove().run();
    joiner.join(10_000);
    assertThat(interruptedAfter.get()).isTrue();
  }

  @Test
  @DisplayName("rule 25: an action that throws goes to the uncaught handler; the others still run")
  void throwingAction_disturbsNobody() throws Exception {
    List<String> ran = new ArrayList<>();
    List<Throwable> uncaught = new ArrayList<>();
    AtomicReference<Boolean> won = new AtomicReference<>();
    Thread canceler =
        new Thread(
            () -> {
              context.onDone(Runnable::run, end -> ran.add("before"));
              context.onDone(
                  Runnable::run,
                  end -> {
                    throw new IllegalStateException("mine");
                  });
              context.onDone(
                  Runnable::run,
                  end -> {
                    throw new StackOverflowError("mine too");
                  });
              context.withCancel().context().onDone(Runnable::run, end -> ran.add("child"));
              context.onDone(Runnable::run, end -> ran.add("after"));
              won.set(scope.cancel());
            });
    canceler.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    canceler.start();
    canceler.join(10_000);
    assertThat(won.get()).as("nothing came out of cancel()").isTrue();
    assertThat(ran).containsExactlyInAnyOrder("before", "after", "child");
    assertThat(uncaught).extracting(Throwable::getMessage).containsExactly("mine", "mine too");
  }

  @Test
  @DisplayName("rule 25: off the cancelling thread as well")
  void throwingAction_onAThreadOfItsOwn() {
    List<Throwable> uncaught = new ArrayList<>();
    CountDownLatch reported = new CountDownLatch(1);
    context.onDone(
        task -> {
          Thread thread = new Thread(task);
          thread.setUncaughtExceptionHandler(
              (on, failure) -> {
                uncaught.add(failure);
                reported.countDown();
              });
          thread.start();
        },
        end -> {
          throw new IllegalStateException("mine");
        });
    scope.cancel();
    Threads.awaitUninterruptibly(reported);
    assertThat(uncaught).hasSize(1);
  }

  @Test
  @DisplayName(
      "settled: an executor that refuses goes to the uncaught handler, never out of cancel")
  void refusingExecutor_disturbsNobody() throws Exception {
    List<Throwable> uncaught = new ArrayList<>();
    List<String> ran = new ArrayList<>();
    AtomicReference<Registration> refused = new AtomicReference<>();
    AtomicReference<Boolean> joined = new AtomicReference<>();
    Thread canceler =
        new Thread(
            () -> {
              refused.set(
                  context.onDone(
                      task -> {
                        throw new RejectedExecutionException("full");
                      },
                      end -> ran.add("never")));
              context.onDone(Runnable::run, end -> ran.add("other"));
              scope.cancel();
              joined.set(refused.get().stopOrJoin());
            });
    canceler.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    canceler.start();
    canceler.join(10_000);
    assertThat(uncaught).extracting(Throwable::getMessage).containsExactly("full");
    assertThat(ran).containsExactly("other");
    assertThat(joined.get()).as("was started, does not hang").isFalse();
  }

  @Test
  @DisplayName("settled: a handler that throws itself is survived")
  void throwingHandler_isSurvived() throws Exception {
    List<String> ran = new ArrayList<>();
    Thread canceler =
        new Thread(
            () -> {
              context.onDone(
                  Runnable::run,
                  end -> {
                    throw new IllegalStateException("mine");
                  });
              context.onDone(Runnable::run, end -> ran.add("other"));
              scope.cancel();
              ran.add("returned");
            });
    canceler.setUncaughtExceptionHandler(
        (thread, failure) -> {
          throw new IllegalStateException("the handler's own");
        });
    canceler.start();
    canceler.join(10_000);
    assertThat(ran).containsExactly("other", "returned");
  }

  @Test
  @DisplayName(
      "rule 26: a race between stop and the end: stopped, or run; never both, never neither")
  void stopAgainstTheEnd_hasOneOutcome() throws Exception {
    try (Together together = new Together()) {
      int stopped = 0;
      for (int round = 0; round < Effort.of(5_000, 200_000); round++) {
        CancelScope raced = Context.background().withCancel();
        Context leaf = raced.context().withCancel().context();
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger prevented = new AtomicInteger();
        Registration hook = leaf.onDone(Runnable::run, end -> ran.incrementAndGet());
        together.run(
            raced::cancel,
            () -> {
              if (hook.stopOrJoin()) {
                prevented.incrementAndGet();
              } else {
                assertThat(ran).as("joined").hasValue(1);
              }
            });
        assertThat(ran.get() + prevented.get()).isEqualTo(1);
        assertThat(Tree.members(leaf) + Tree.members(raced.context())).isZero();
        stopped += prevented.get();
      }
      assertThat(stopped).as("both outcomes were seen").isPositive();
    }
  }

  @Test
  @DisplayName("rule 10: registering while the context ends runs the action exactly once")
  void listeningAgainstTheEnd_runsOnce() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(5_000, 200_000); round++) {
        CancelScope raced = Context.background().withCancel();
        AtomicInteger ran = new AtomicInteger();
        together.run(
            raced::cancel,
            () -> raced.context().onDone(Runnable::run, end -> ran.incrementAndGet()),
            () ->
                raced
                    .context()
                    .withCancel()
                    .context()
                    .onDone(Runnable::run, end -> ran.incrementAndGet()));
        assertThat(ran).hasValue(2);
      }
    }
  }

  @Test
  @DisplayName("Go: listeners after cancel, after timeout, immediately, after stop")
  void afterFunc_inAllItsTimes() {
    FakeTime time = new FakeTime();
    List<String> ran = new ArrayList<>();
    CancelScope timed = time.background().withTimeout(Duration.ofSeconds(1));
    timed.context().onDone(Runnable::run, end -> ran.add("timeout"));
    timed.context().onDone(Runnable::run, end -> ran.add("stopped")).stop();
    time.advance(Duration.ofSeconds(1));
    timed.context().onDone(Runnable::run, end -> ran.add("immediately"));
    assertThat(ran).containsExactly("timeout", "immediately");
  }

  @Test
  @DisplayName("a node leaves its parent's ring with its last listener, in any order")
  void members_leaveInAnyOrder() {
    //  context - a, b, c
    List<CancelScope> children = Tree.children(context, 3);
    List<Registration> hooks = new ArrayList<>();
    for (CancelScope child : children) {
      hooks.add(child.context().onDone(Runnable::run, end -> {}));
      hooks.add(child.context().onDone(Runnable::run, end -> {}));
    }
    assertThat(Tree.members(context)).isEqualTo(3);
    hooks.get(2).stop();
    assertThat(Tree.members(context)).isEqualTo(3);
    hooks.get(3).stop();
    assertThat(Tree.members(context)).isEqualTo(2);
    children.get(0).close();
    assertThat(Tree.members(context)).isEqualTo(1);
    children.get(2).close();
    assertThat(Tree.members(context)).isZero();
    children.get(1).context().onDone(Runnable::run, end -> {});
    assertThat(Tree.members(context)).as("comes back with a new listener").isEqualTo(1);
    scope.cancel();
    assertThat(Tree.members(context)).isZero();
  }

  @Test
  @DisplayName("a closed scope leaves the whole path above it, not only its parent")
  void unlinking_climbs() {
    //  context - a - b - c(listens)
    CancelScope a = context.withCancel();
    CancelScope b = a.context().withCancel();
    CancelScope c = b.context().withCancel();
    c.context().onDone(Runnable::run, end -> {});
    assertThat(Tree.members(context)).isEqualTo(1);
    c.close();
    assertThat(Tree.members(b.context())).isZero();
    assertThat(Tree.members(a.context())).isZero();
    assertThat(Tree.members(context)).isZero();
  }

  @Test
  @DisplayName("bad input fails at once")
  void badInput() {
    assertThatThrownBy(() -> context.onDone(null)).hasMessage("action is null");
    assertThatThrownBy(() -> context.onDone(null, end -> {})).hasMessage("executor is null");
    assertThatThrownBy(() -> context.onDone(Runnable::run, null)).hasMessage("action is null");
    assertThatThrownBy(() -> Context.background().onDone(Runnable::run, null))
        .hasMessage("action is null");
    assertThatThrownBy(() -> Context.background().onDone(null, end -> {}))
        .hasMessage("executor is null");
    assertThat(Tree.members(context)).isZero();
  }
}
