package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Reason;
import dev.ripcord.Tree;
import dev.ripcord.testing.FakeTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Interrupted when the context ends, and never otherwise. */
@SuppressWarnings("try") // scopes are used by closing them
class InterruptibleTest {
  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final CountDownLatch never = new CountDownLatch(1);

  static List<Threading> threads() {
    return Threading.available();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
    assertThat(Tree.members(context)).isZero();
  }

  private static void awaitWaiting(Threading.Running<?> running) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(
            () ->
                running.thread.getState() == Thread.State.WAITING
                    || running.thread.getState() == Thread.State.TIMED_WAITING);
  }

  /**
   * Runs on a thread of its own, waits, is made to end, and tells whether an interrupt was left.
   */
  private Threading.Running<Boolean> begin(Threading kind, Callable<?> work) {
    return kind.begin(
        () -> {
          try {
            work.call();
          } catch (ContextException expected) {
            assertThat(expected.cancellation()).isSameAs(context.cancellation());
          }
          return Thread.currentThread().isInterrupted();
        });
  }

  @Test
  @DisplayName("work that finishes: its result, its exception; under the context")
  void workThatFinishes() throws Exception {
    assertThat(Interruptible.call(context, Context::current)).isSameAs(context);
    assertThat(Interruptible.<Object>call(context, (Callable<Object>) () -> null)).isNull();
    AtomicBoolean ran = new AtomicBoolean();
    Interruptible.run(context, () -> ran.set(true));
    assertThat(ran).isTrue();
    IOException failure = new IOException("disk full");
    Work<String, IOException> failing =
        () -> {
          throw failure;
        };
    assertThatThrownBy(() -> Interruptible.call(context, failing)).isSameAs(failure);
    assertThat(Interruptible.call(Context.background(), () -> 1)).isEqualTo(1);
  }

  @Test
  @DisplayName("a context that is done: the work is not begun")
  void doneBefore() {
    scope.cancel(Reason.SHUTDOWN);
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    context,
                    () -> {
                      throw new AssertionError("begun");
                    }))
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("SHUTDOWN");
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("the end interrupts, the exception says why, the interruption is suppressed in it")
  void ends(Threading kind) throws Exception {
    Threading.Running<Throwable> running =
        kind.begin(
            () -> {
              try {
                Interruptible.run(context, () -> never.await());
                throw new AssertionError("impossible");
              } catch (ContextException e) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return e;
              }
            });
    awaitWaiting(running);
    scope.cancel(Reason.USER_CANCELED);
    assertThat(running.result())
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("USER_CANCELED")
        .hasSuppressedException(new InterruptedException());
  }

  @Test
  @DisplayName("a deadline: as such")
  void deadline() {
    FakeTime time = new FakeTime();
    Context timed = time.background().withTimeout(Duration.ofSeconds(1)).context();
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    timed,
                    () -> {
                      time.advance(Duration.ofSeconds(2)); // on this thread
                      never.await();
                    }))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  @DisplayName("work that swallows the interrupt, or does not notice it, returns its result")
  void workThatGoesOn() throws Exception {
    String swallowing =
        Interruptible.call(
            context,
            () -> {
              scope.cancel();
              try {
                never.await();
                return "impossible";
              } catch (InterruptedException e) {
                return "result";
              }
            });
    assertThat(swallowing).isEqualTo("result");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    CancelScope other = Context.background().withCancel();
    boolean canceled = Interruptible.call(other.context(), () -> other.cancel());
    assertThat(canceled).isTrue();
  }

  @Test
  @DisplayName("work that passes the interrupt on in its own words has been stopped all the same")
  void workThatRestoresTheInterrupt() {
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    context,
                    () -> {
                      scope.cancel();
                      try {
                        never.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("stopped", e);
                      }
                    }))
        .isInstanceOf(CanceledException.class)
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("stopped"));
  }

  @Test
  @DisplayName("a failure that has nothing to do with an interrupt is thrown as it is")
  void failureAtTheEnd() {
    IllegalStateException failure = new IllegalStateException("broken");
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    context,
                    () -> {
                      scope.cancel();
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  @DisplayName("a channel: closed by the interrupt")
  void channel() throws Exception {
    Pipe pipe = Pipe.open();
    try (Pipe.SinkChannel sink = pipe.sink();
        Pipe.SourceChannel source = pipe.source()) {
      assertThat(sink.isOpen()).isTrue();
      assertThatThrownBy(
              () ->
                  Interruptible.run(
                      context,
                      () -> {
                        scope.cancel();
                        source.read(ByteBuffer.allocate(1));
                      }))
          .isInstanceOf(CanceledException.class)
          .satisfies(
              e -> assertThat(e.getSuppressed()[0]).isInstanceOf(ClosedByInterruptException.class));
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName(
      "somebody else's interrupt: InterruptedException, whether it comes before or under way")
  void foreign(Threading kind) throws Exception {
    Threading.Running<Boolean> running =
        begin(kind, () -> Interruptible.call(context, () -> never.await(1, TimeUnit.HOURS)));
    awaitWaiting(running);
    running.thread.interrupt();
    assertThatThrownBy(running::result).isInstanceOf(InterruptedException.class);

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Interruptible.run(context, () -> never.await()))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName(
      "somebody else's interrupt, then the end's, both before the work notices: theirs stays")
  void foreignThenOurs(Threading kind) throws Exception {
    AtomicBoolean go = new AtomicBoolean();
    Threading.Running<Boolean> running = begin(kind, () -> Interruptible.call(context, spin(go)));
    running.thread.interrupt();
    scope.cancel();
    go.set(true);
    assertThat(running.result()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName(
      "the end's interrupt, then somebody else's, both before the work notices: theirs stays")
  void oursThenForeign(Threading kind) throws Exception {
    AtomicBoolean go = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Threading.Running<Boolean> running =
        begin(
            kind,
            () ->
                Interruptible.call(
                    context,
                    () -> {
                      begun.countDown();
                      return spin(go).call();
                    }));
    begun.await();
    scope.cancel();
    running.thread.interrupt();
    go.set(true);
    assertThat(running.result()).isTrue();
  }

  /** Notices an interrupt when it may, by throwing; exactly one, as anybody would. */
  private static Work<Void, InterruptedException> spin(AtomicBoolean go) {
    return () -> {
      while (!go.get()) {
        Thread.yield();
      }
      Thread.sleep(1); // throws at once, if interrupted
      return null;
    };
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("noticed one after the other: theirs stays")
  void oneAfterTheOther(Threading kind) throws Exception {
    CountDownLatch swallowed = new CountDownLatch(1);
    AtomicBoolean go = new AtomicBoolean();
    Threading.Running<Boolean> running =
        begin(
            kind,
            () ->
                Interruptible.call(
                    context,
                    () -> {
                      try {
                        never.await();
                      } catch (InterruptedException ours) {
                        swallowed.countDown();
                      }
                      return spin(go).call();
                    }));
    awaitWaiting(running);
    scope.cancel();
    swallowed.await();
    running.thread.interrupt();
    go.set(true);
    assertThat(running.result()).isTrue();
  }

  @Test
  @DisplayName("nested: the inner end stops the inner work only")
  void innerEnds() throws Exception {
    CancelScope inner = context.withCancel();
    String result =
        Interruptible.call(
            context,
            () -> {
              assertThatThrownBy(() -> waitHavingCanceled(inner, inner.context()))
                  .isInstanceOf(CanceledException.class);
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              return "went on";
            });
    assertThat(result).isEqualTo("went on");
  }

  @Test
  @DisplayName("nested: the outer end stops both, and inner work under a detached context too")
  void outerEnds() {
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    context, () -> waitHavingCanceled(scope, context.withCancel().context())))
        .isInstanceOf(CanceledException.class);
    CancelScope outer = Context.background().withCancel();
    CancelScope detached = Context.background().withCancel();
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    outer.context(), () -> waitHavingCanceled(outer, detached.context())))
        .isInstanceOf(CanceledException.class)
        .satisfies(
            e ->
                assertThat(((ContextException) e).cancellation())
                    .isSameAs(outer.context().cancellation()));
    assertThat(Tree.members(detached.context())).isZero();
  }

  @Test
  @DisplayName("nested: the inner one's leaving does not take the outer end's interrupt along")
  void bothEnd_andTheOuterWorkGoesOn() {
    AtomicBoolean stoppedInside = new AtomicBoolean();
    assertThatThrownBy(
            () ->
                Interruptible.run(
                    context,
                    () -> {
                      try {
                        waitHavingCanceled(scope, context.withCancel().context());
                      } catch (ContextException e) {
                        stoppedInside.set(true);
                      }
                      never.await(); // for ever, had it been taken along
                    }))
        .isInstanceOf(CanceledException.class);
    assertThat(stoppedInside).isTrue();
  }

  @Test
  @DisplayName(
      "nested: cleaning up under another context is not disturbed by an end that was noticed")
  void cleaningUp() throws Exception {
    CancelScope cleaning = Context.background().withCancel();
    String result =
        Interruptible.call(
            context,
            () -> {
              scope.cancel();
              assertThatThrownBy(never::await).isInstanceOf(InterruptedException.class);
              assertThatThrownBy(() -> waitHavingCanceled(cleaning, cleaning.context()))
                  .isInstanceOf(CanceledException.class);
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              return "clean";
            });
    assertThat(result).isEqualTo("clean");
  }

  private void waitHavingCanceled(CancelScope ending, Context under) throws InterruptedException {
    Interruptible.run(
        under,
        () -> {
          ending.cancel();
          never.await();
        });
  }

  @Test
  @DisplayName("what the end of the context comes to late for: nothing")
  void endsAfterwards() throws Exception {
    Interruptible.run(context, () -> {});
    scope.cancel();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    StopTimes.check(
        "interruptible work",
        kind,
        (under, waiting) ->
            Interruptible.run(
                under,
                () -> {
                  waiting.countDown();
                  new CountDownLatch(1).await();
                }));
  }
}
