package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 2: any object that answers the four questions is a context. */
class ForeignContextTest {
  private static final Key<String> NAME = Key.local("name");
  private static final Reason WHY = Reason.of("WHY");

  private final FakeTime time = new FakeTime();

  @Test
  @DisplayName("rule 2: what is derived from a foreign context ends with it, and knows its values")
  void childrenOfAForeignParent_endWithIt() {
    //  foreign - child - leaf
    HandmadeContext foreign = new HandmadeContext().put(NAME, "a");
    CancelScope child = foreign.withCancel();
    Context leaf = child.context().withCancel().context();
    List<Reason> ran = new ArrayList<>();
    leaf.onDone(Runnable::run, end -> ran.add(end.reason()));
    assertThat(leaf.value(NAME)).isEqualTo("a");
    assertThat(leaf.isDone()).isFalse();
    Cancellation end = foreign.end(WHY);
    assertThat(ran).containsExactly(WHY);
    assertThat(leaf.cancellation()).isSameAs(end);
    assertThat(child.cancel()).isFalse();
  }

  @Test
  @DisplayName("rule 2: without a listener below, nothing is registered with it, and ends are seen")
  void withoutAListener_nothingIsRegistered() {
    HandmadeContext foreign = new HandmadeContext();
    Context leaf = foreign.withCancel().context().withValue(NAME, "x").withCancel().context();
    assertThat(foreign.hooks()).isZero();
    foreign.end(WHY);
    assertThat(leaf.isDone()).isTrue();
    assertThat(leaf.cancellation().reason()).isEqualTo(WHY);
  }

  @Test
  @DisplayName("rule 2: one registration while somebody listens, none after the last has gone")
  void registration_livesAsLongAsSomebodyListens() {
    HandmadeContext foreign = new HandmadeContext();
    CancelScope child = foreign.withCancel();
    Registration a = child.context().onDone(Runnable::run, end -> {});
    Registration b = child.context().withCancel().context().onDone(Runnable::run, end -> {});
    assertThat(foreign.hooks()).isEqualTo(1);
    a.stop();
    assertThat(foreign.hooks()).isEqualTo(1);
    b.stop();
    assertThat(foreign.hooks()).isZero();
    child.context().onDone(Runnable::run, end -> {});
    assertThat(foreign.hooks()).isEqualTo(1);
    child.close();
    assertThat(foreign.hooks()).isZero();
  }

  @Test
  @DisplayName("rule 2: cancelling a child of a foreign context does not reach the foreign one")
  void cancellingAChild_leavesTheForeignAlone() {
    HandmadeContext foreign = new HandmadeContext();
    CancelScope a = foreign.withCancel();
    CancelScope b = foreign.withCancel();
    a.cancel(WHY);
    assertThat(foreign.isDone()).isFalse();
    assertThat(b.context().isDone()).isFalse();
  }

  @Test
  @DisplayName("rule 7: a child of a done foreign context is born done")
  void childOfADoneForeign_isBornDone() {
    HandmadeContext foreign = new HandmadeContext();
    Cancellation end = foreign.end(WHY);
    AtomicInteger ran = new AtomicInteger();
    CancelScope child = foreign.withTimeout(Duration.ZERO);
    child.context().onDone(Runnable::run, e -> ran.incrementAndGet());
    assertThat(child.context().cancellation()).isSameAs(end);
    assertThat(ran).hasValue(1);
    assertThat(foreign.hooks()).isZero();
  }

  @Test
  @DisplayName("rule 2: a wrapper that delegates to one of ours costs no thread, and ends at once")
  void wrapperOfOneOfOurs_costsNoThread() {
    //  top - wrapper - child - wrapper - leaf
    CancelScope top = Context.background().withValue(NAME, "a").withCancel();
    Context leaf =
        new Delegating(new Delegating(top.context()).withCancel().context()).withCancel().context();
    AtomicReference<Thread> on = new AtomicReference<>();
    leaf.onDone(Runnable::run, end -> on.set(Thread.currentThread()));
    int threads = Thread.activeCount();
    assertThat(leaf.value(NAME)).isEqualTo("a");
    assertThat(Tree.members(top.context())).isEqualTo(1);
    top.cancel(WHY);
    assertThat(on.get()).isSameAs(Thread.currentThread());
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
    assertThat(leaf.cancellation()).isSameAs(top.context().cancellation());
  }

  @Test
  @DisplayName("settled: instant subtree (rule 8) holds through wrappers that delegate to ours")
  void instantSubtree_holdsThroughWrappers() {
    CancelScope top = Context.background().withCancel();
    Context leaf = new Delegating(top.context()).withCancel().context();
    top.cancel();
    assertThat(leaf.isDone()).isTrue();
    assertThat(leaf.cancellation()).isSameAs(top.context().cancellation());
  }

  @Test
  @DisplayName("two hundred wrappers in a row are no problem")
  void deepWrapping() {
    // Each layer is asked by the one below: as deep as the stack allows, unlike our own levels.
    CancelScope top = Context.background().withCancel();
    Context context = top.context();
    for (int i = 0; i < 200; i++) {
      context = new Delegating(context.withCancel().context());
    }
    AtomicInteger ran = new AtomicInteger();
    context.onDone(Runnable::run, end -> ran.incrementAndGet());
    top.cancel();
    assertThat(context.isDone()).isTrue();
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("settled: a foreign parent with an earlier deadline is not trusted to fire")
  void foreignDeadline_isKeptByTheChild() {
    HandmadeContext foreign = new HandmadeContext(time.after(Duration.ofSeconds(1)));
    CancelScope child = foreign.withTimeout(Duration.ofSeconds(5), WHY);
    List<Reason> ran = new ArrayList<>();
    child.context().onDone(Runnable::run, end -> ran.add(end.reason()));
    assertThat(child.context().deadline()).isEqualTo(foreign.deadline());
    time.advance(Duration.ofSeconds(1));
    assertThat(foreign.isDone()).as("it did not keep its deadline").isFalse();
    assertThat(child.context().isDone()).isTrue();
    assertThat(ran).containsExactly(Reason.DEADLINE);
    assertThat(time.timers()).isZero();
    assertThat(foreign.hooks()).isZero();
  }

  @Test
  @DisplayName("rule 13: through a wrapper, the reason given with the deadline is what is reported")
  void wrappedDeadline_reportsItsReason() {
    CancelScope scope = time.background().withTimeout(Duration.ofSeconds(1), WHY);
    Context child = new Delegating(scope.context()).withCancel().context();
    AtomicReference<Cancellation> told = new AtomicReference<>();
    child.onDone(Runnable::run, told::set);
    time.advance(Duration.ofSeconds(1));
    assertThat(told.get().reason()).isEqualTo(WHY);
    assertThat(scope.context().cancellation()).isSameAs(told.get());
  }

  @Test
  @DisplayName("rule 16: an expiry is seen at once below a wrapper too")
  void wrappedDeadline_isSeenAtOnce() {
    CancelScope scope = time.background().withTimeout(Duration.ofSeconds(1), WHY);
    Context child = new Delegating(scope.context()).withCancel().context();
    time.skip(Duration.ofSeconds(1));
    assertThat(child.isDone()).isTrue();
    assertThat(child.cancellation().reason()).isEqualTo(WHY);
  }

  @Test
  @DisplayName("rule 16: a later cancel above a wrapper does not overtake an expiry below it")
  void unseenExpiryBelowAWrapper_isNotOvertaken() {
    //  top - wrapper - child(1 s)
    for (boolean plainly : new boolean[] {true, false}) {
      CancelScope top = time.background().withCancel();
      CancelScope child =
          new Delegating(new Delegating(top.context()).withCancel().context())
              .withTimeout(Duration.ofSeconds(1), WHY);
      time.skip(Duration.ofSeconds(2));
      top.cancel(plainly ? null : Reason.SHUTDOWN);
      assertThat(child.context().cancellation().reason()).isEqualTo(WHY);
    }
  }

  @Test
  @DisplayName("a wrapper does not hide which clock it lives by")
  void wrapper_livesByTheClockOfWhatItWraps() {
    CancelScope top = time.background().withValue(NAME, "a").withCancel();
    Context child = new Delegating(top.context()).withTimeout(Duration.ofSeconds(1), WHY).context();
    child.onDone(Runnable::run, end -> {});
    assertThat(time.timers()).isEqualTo(1);
    time.advance(Duration.ofSeconds(1));
    assertThat(child.isDone()).isTrue();
  }

  @Test
  @DisplayName("a foreign context that ends while the first listener registers loses nothing")
  void foreignEndAgainstListening_losesNothing() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(3_000, 100_000); round++) {
        HandmadeContext foreign = new HandmadeContext();
        CancelScope child = foreign.withCancel();
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger stopped = new AtomicInteger();
        together.run(
            () -> foreign.end(WHY),
            () -> child.context().onDone(Runnable::run, end -> ran.incrementAndGet()),
            () -> {
              Registration hook =
                  child.context().onDone(Runnable::run, end -> ran.incrementAndGet());
              if (hook.stop()) {
                stopped.incrementAndGet();
              }
            });
        assertThat(ran.get() + stopped.get()).isEqualTo(2);
        assertThat(foreign.hooks()).isZero();
      }
    }
  }

  @Test
  @DisplayName("listening and stopping from many threads leaves exactly what is still listened for")
  void listeningAndStopping_leavesNoRegistration() throws Exception {
    HandmadeContext foreign = new HandmadeContext();
    Context child = foreign.withCancel().context();
    Together.Action churn =
        () -> {
          for (int i = 0; i < Effort.of(20_000, 1_000_000); i++) {
            try (CancelScope scope = child.withCancel()) {
              Registration hook = scope.context().onDone(Runnable::run, end -> {});
              if (i % 2 == 0) {
                hook.stop();
              }
            }
          }
        };
    try (Together together = new Together()) {
      together.run(churn, churn, churn);
    }
    assertThat(foreign.hooks()).isZero();
    Registration last = child.onDone(Runnable::run, end -> {});
    assertThat(foreign.hooks()).isEqualTo(1);
    last.stop();
    assertThat(foreign.hooks()).isZero();
  }

  @Test
  @DisplayName("a foreign context that throws from onDone is reported and can be used again")
  void foreignThatThrows_isReported() throws Exception {
    HandmadeContext sound = new HandmadeContext();
    AtomicInteger failures = new AtomicInteger(1);
    Context flaky =
        new Context() {
          @Override
          public @Nullable Deadline deadline() {
            return null;
          }

          @Override
          public @Nullable Cancellation cancellation() {
            return sound.cancellation();
          }

          @Override
          public <T> @Nullable T value(Key<T> key) {
            return null;
          }

          @Override
          public Registration onDone(Executor executor, Consumer<Cancellation> action) {
            if (failures.getAndDecrement() > 0) {
              throw new IllegalStateException("not now");
            }
            return sound.onDone(executor, action);
          }
        };
    List<Throwable> uncaught = new ArrayList<>();
    AtomicInteger ran = new AtomicInteger();
    Thread thread =
        new Thread(
            () -> {
              Context child = flaky.withCancel().context();
              Registration first = child.onDone(Runnable::run, end -> ran.incrementAndGet());
              first.stop();
              child.onDone(Runnable::run, end -> ran.incrementAndGet());
              sound.end(WHY);
            });
    thread.setUncaughtExceptionHandler((on, failure) -> uncaught.add(failure));
    thread.start();
    thread.join(10_000);
    assertThat(uncaught).extracting(Throwable::getMessage).containsExactly("not now");
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName(
      "settled: foreign contexts can make a Cancellation, and report it on threads of theirs")
  void foreignCancellation_isWhatChildrenReport() {
    HandmadeContext foreign = new HandmadeContext();
    Cancellation made = Cancellation.deadlineExceeded(WHY);
    AtomicReference<Cancellation> told = new AtomicReference<>();
    foreign.withCancel().context().onDone(told::set);
    foreign.end(made);
    await().until(() -> told.get() != null);
    assertThat(told.get()).isSameAs(made);
    assertThat(made.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(Cancellation.canceled(null, null).reason()).isEqualTo(Reason.CLIENT_CANCELED);
    assertThat(Cancellation.deadlineExceeded(null).reason()).isEqualTo(Reason.DEADLINE);
  }
}
