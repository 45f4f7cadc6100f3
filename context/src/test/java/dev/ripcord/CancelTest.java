package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.testing.FakeTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 1, 4, 6 to 10 and 12: who ends whom, and what is seen of it. */
class CancelTest {
  private static final Reason FIRST = Reason.of("FIRST");
  private static final Reason SECOND = Reason.of("SECOND");

  @Test
  @DisplayName("rule 1: cancellation() goes from null to one object and never changes")
  void cancellation_isNullThenOneObject() {
    CancelScope scope = Context.background().withCancel();
    assertThat(scope.context().cancellation()).isNull();
    scope.cancel(FIRST);
    Cancellation end = scope.context().cancellation();
    assertThat(end).isNotNull();
    scope.cancel(SECOND);
    scope.close();
    assertThat(scope.context().cancellation()).isSameAs(end);
  }

  @Test
  @DisplayName("rule 1: a plain cancel that nobody watched is one object too, whoever looks first")
  void unwatchedCancel_isOneObjectForAll() {
    //  top - a - leaf
    //     \- b
    CancelScope top = Context.background().withCancel();
    Context a = top.context().withCancel().context();
    Context leaf = a.withCancel().context();
    Context b = top.context().withCancel().context();
    top.cancel();
    Cancellation seenFirst = leaf.cancellation();
    assertThat(seenFirst).isNotNull();
    assertThat(seenFirst.kind()).isEqualTo(Cancellation.Kind.CANCELED);
    assertThat(seenFirst.reason()).isEqualTo(Reason.CLIENT_CANCELED);
    for (Context each : List.of(top.context(), a, b, leaf)) {
      assertThat(each.cancellation()).isSameAs(seenFirst);
    }
  }

  @Test
  @DisplayName("rule 4: kind and reason are one object, and a cause never changes the kind")
  void cancel_withADeadlineExceptionAsCause_isStillCanceled() {
    CancelScope scope = Context.background().withCancel();
    Throwable cause = Cancellation.deadlineExceeded(null).toException();
    assertThat(scope.cancel(cause)).isTrue();
    Cancellation end = scope.context().cancellation();
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.CANCELED);
    assertThat(end.reason()).isEqualTo(Reason.CLIENT_CANCELED.withMessage(cause.toString()));
    assertThat(end.cause()).isSameAs(cause);
    assertThatThrownBy(scope.context()::throwIfDone)
        .isInstanceOf(CanceledException.class)
        .hasCause(cause)
        .satisfies(e -> assertThat(((ContextException) e).cancellation()).isSameAs(end));
  }

  @Test
  @DisplayName("rule 4: a reason named DEADLINE does not make a cancel an expiry")
  void cancel_withTheDeadlineReason_isStillCanceled() {
    CancelScope scope = Context.background().withCancel();
    scope.cancel(Reason.DEADLINE);
    assertThat(scope.context().cancellation().kind()).isEqualTo(Cancellation.Kind.CANCELED);
    assertThat(scope.context().cancellation().reason()).isEqualTo(Reason.DEADLINE);
  }

  @Test
  @DisplayName("rule 6: a child's cancel affects neither parent nor siblings")
  void cancellingAChild_affectsNobodyElse() {
    //  parent - child - grandchild
    //        \- sibling
    CancelScope parent = Context.background().withCancel();
    CancelScope child = parent.context().withCancel();
    Context grandchild = child.context().withCancel().context();
    CancelScope sibling = parent.context().withCancel();
    assertThat(child.cancel(FIRST)).isTrue();
    assertThat(child.context().isDone()).isTrue();
    assertThat(grandchild.isDone()).isTrue();
    assertThat(parent.context().isDone()).isFalse();
    assertThat(sibling.context().isDone()).isFalse();
  }

  @Test
  @DisplayName("rule 6: the parent's end reaches everything below, through values too")
  void cancellingAParent_endsItsDescendants() {
    //  parent - value - child - value - leaf
    Key<String> key = Key.local("key");
    CancelScope parent = Context.background().withCancel();
    Context value = parent.context().withValue(key, "x");
    CancelScope child = value.withCancel();
    Context leaf = child.context().withValue(key, "y").withCancel().context();
    parent.cancel(FIRST);
    assertThat(value.isDone()).isTrue();
    assertThat(leaf.isDone()).isTrue();
    assertThat(leaf.cancellation()).isSameAs(parent.context().cancellation());
    assertThat(child.cancel(SECOND)).as("it was done already").isFalse();
    assertThat(child.context().cancellation()).isSameAs(parent.context().cancellation());
  }

  @Test
  @DisplayName("rule 6: the first cancellation wins, later calls return false")
  void firstCancel_wins() {
    CancelScope scope = Context.background().withCancel();
    assertThat(scope.cancel(FIRST)).isTrue();
    assertThat(scope.cancel(SECOND)).isFalse();
    assertThat(scope.cancel()).isFalse();
    assertThat(scope.cancel(new IOException("late"))).isFalse();
    assertThat(scope.context().cancellation().reason()).isEqualTo(FIRST);
  }

  @Test
  @DisplayName("rule 6: child first, then parent: each keeps its own")
  void childThenParent_eachKeepsItsOwn() {
    CancelScope parent = Context.background().withCancel();
    CancelScope child = parent.context().withCancel();
    child.cancel(FIRST);
    parent.cancel(SECOND);
    assertThat(child.context().cancellation().reason()).isEqualTo(FIRST);
    assertThat(parent.context().cancellation().reason()).isEqualTo(SECOND);
  }

  @Test
  @DisplayName("rule 7: a child of a done parent is born done with the parent's cancellation")
  void childOfADoneParent_isBornDone() {
    CancelScope parent = Context.background().withCancel();
    parent.cancel(FIRST);
    CancelScope child = parent.context().withCancel();
    assertThat(child.context().isDone()).isTrue();
    assertThat(child.context().cancellation()).isSameAs(parent.context().cancellation());
    assertThat(child.cancel(SECOND)).isFalse();
  }

  @Test
  @DisplayName("rule 7: a done parent beats the child's own deadline, past or to come")
  void childOfADoneParent_isNotEndedByItsOwnDeadline() {
    FakeTime time = new FakeTime();
    CancelScope parent = time.background().withCancel();
    Deadline past = time.after(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(2));
    parent.cancel(FIRST);
    CancelScope bornPast = parent.context().withDeadline(past);
    CancelScope bornBefore = parent.context().withTimeout(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(2));
    assertThat(bornPast.context().cancellation()).isSameAs(parent.context().cancellation());
    assertThat(bornBefore.context().cancellation()).isSameAs(parent.context().cancellation());
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("rule 7: so does a parent that ended without a word")
  void childOfAParentThatEndedPlainly_isNotEndedByItsOwnDeadline() {
    FakeTime time = new FakeTime();
    CancelScope parent = time.background().withCancel();
    parent.cancel();
    CancelScope child = parent.context().withTimeout(Duration.ofSeconds(1));
    time.advance(Duration.ofSeconds(2));
    assertThat(child.context().cancellation().kind()).isEqualTo(Cancellation.Kind.CANCELED);
  }

  @Test
  @DisplayName("rule 8: when cancel returns, no descendant is live, for the loser of the race too")
  void whenCancelReturns_theSubtreeIsDone() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(2_000, 50_000); round++) {
        //  top - 3 children - 3 grandchildren each
        CancelScope top = Context.background().withCancel();
        List<Context> below = new ArrayList<>();
        for (CancelScope child : Tree.children(top.context(), 3)) {
          below.add(child.context());
          Tree.children(child.context(), 3).forEach(leaf -> below.add(leaf.context()));
        }
        AtomicInteger winners = new AtomicInteger();
        Together.Action cancelAndLook =
            () -> {
              if (top.cancel()) {
                winners.incrementAndGet();
              }
              assertThat(below).allMatch(Context::isDone);
              assertThat(below).allMatch(c -> c.cancellation() == top.context().cancellation());
            };
        together.run(cancelAndLook, cancelAndLook);
        assertThat(winners).hasValue(1);
      }
    }
  }

  @Test
  @DisplayName("rule 9: causes agree along a path: who looks at the leaf settles all above it")
  void causesAgreeAlongAPath() {
    //  top - middle - leaf
    CancelScope top = Context.background().withCancel();
    CancelScope middle = top.context().withCancel();
    CancelScope leaf = middle.context().withCancel();
    top.cancel(FIRST);
    assertThat(leaf.context().cancellation().reason()).isEqualTo(FIRST);
    assertThat(middle.cancel(SECOND)).isFalse();
    assertThat(middle.context().cancellation().reason()).isEqualTo(FIRST);
  }

  @Test
  @DisplayName("rule 9: cancelling the leaf of an ended path settles the path, from the top down")
  void cancellingBelowAnEnd_takesOver() {
    CancelScope top = Context.background().withCancel();
    CancelScope middle = top.context().withCancel();
    CancelScope leaf = middle.context().withCancel();
    top.cancel(FIRST);
    assertThat(leaf.cancel(SECOND)).isFalse();
    assertThat(middle.cancel(SECOND)).isFalse();
    assertThat(middle.context().cancellation()).isSameAs(top.context().cancellation());
    assertThat(leaf.context().cancellation()).isSameAs(top.context().cancellation());
  }

  @Test
  @DisplayName("rule 9: a node that ended earlier by itself passes its own end on")
  void aNodeThatEndedEarlier_isWhatThoseBelowReport() {
    CancelScope top = Context.background().withCancel();
    CancelScope middle = top.context().withCancel();
    Context leaf = middle.context().withCancel().context();
    middle.cancel(FIRST);
    top.cancel(SECOND);
    assertThat(leaf.cancellation()).isSameAs(middle.context().cancellation());
    assertThat(leaf.cancellation().reason()).isEqualTo(FIRST);
  }

  @Test
  @DisplayName("rule 10: a child made by a listener of its parent is born done")
  void childMadeWhileTheParentEnds_isBornDone() {
    CancelScope parent = Context.background().withCancel();
    AtomicReference<CancelScope> made = new AtomicReference<>();
    AtomicInteger ran = new AtomicInteger();
    parent
        .context()
        .onDone(
            Runnable::run,
            end -> {
              made.set(parent.context().withCancel());
              made.get().context().onDone(Runnable::run, e -> ran.incrementAndGet());
            });
    parent.cancel(FIRST);
    assertThat(made.get().context().cancellation()).isSameAs(parent.context().cancellation());
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("rule 10: creating and listening while the parent is cancelled loses nothing")
  void derivingAgainstACancel_losesNothing() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(5_000, 200_000); round++) {
        CancelScope parent = Context.background().withCancel();
        AtomicInteger ran = new AtomicInteger();
        AtomicReference<Context> made = new AtomicReference<>();
        together.run(
            () -> parent.cancel(FIRST),
            () -> {
              Context child = parent.context().withCancel().context().withCancel().context();
              child.onDone(Runnable::run, end -> ran.incrementAndGet());
              made.set(child);
            });
        assertThat(made.get().cancellation().reason()).isEqualTo(FIRST);
        assertThat(ran).hasValue(1);
        assertThat(Tree.members(parent.context())).isZero();
      }
    }
  }

  @Test
  @DisplayName(
      "rule 12: parents' listeners are started before their children's, siblings' in order")
  void listeners_areStartedBreadthFirst() {
    //  top - a - c
    //     \- b
    CancelScope top = Context.background().withCancel();
    Context a = top.context().withCancel().context();
    Context b = top.context().withCancel().context();
    Context c = a.withCancel().context();
    List<String> ran = new ArrayList<>();
    c.onDone(Runnable::run, end -> ran.add("c"));
    b.onDone(Runnable::run, end -> ran.add("b"));
    a.onDone(Runnable::run, end -> ran.add("a"));
    top.context().onDone(Runnable::run, end -> ran.add("top"));
    top.cancel();
    assertThat(ran.get(0)).isEqualTo("top");
    assertThat(ran).containsExactlyInAnyOrder("top", "a", "b", "c");
    assertThat(ran.indexOf("a")).isLessThan(ran.indexOf("c"));
  }

  @Test
  @DisplayName("rule 12: no lock is held while user code runs: a listener may do anything")
  void listener_mayUseTheWholeTree() {
    //  top - child, sibling
    CancelScope top = Context.background().withCancel();
    CancelScope child = top.context().withCancel();
    CancelScope sibling = top.context().withCancel();
    List<String> ran = new ArrayList<>();
    Registration never = sibling.context().onDone(Runnable::run, end -> ran.add("stopped"));
    top.context()
        .onDone(
            Runnable::run,
            end -> {
              ran.add("top");
              assertThat(child.cancel(SECOND)).isFalse();
              assertThat(never.stop()).isTrue();
              assertThat(top.cancel()).isFalse();
              top.context().onDone(Runnable::run, e -> ran.add("late"));
              sibling.context().withCancel().context().onDone(Runnable::run, e -> ran.add("new"));
            });
    child.context().onDone(Runnable::run, end -> ran.add("child " + end.reason().code()));
    top.cancel(FIRST);
    assertThat(ran).containsExactlyInAnyOrder("top", "child FIRST", "late", "new");
  }

  @Test
  @DisplayName("rule 12: other threads use the tree while a listener runs")
  void otherThreads_areNotHeldUpByAListener() throws Exception {
    CancelScope top = Context.background().withCancel();
    CancelScope child = top.context().withCancel();
    Registration other = child.context().onDone(Runnable::run, end -> {});
    AtomicInteger seen = new AtomicInteger();
    try (Together together = new Together()) {
      top.context()
          .onDone(
              Runnable::run,
              end -> {
                try {
                  together.run(
                      () -> {
                        seen.addAndGet(child.context().isDone() ? 1 : 0);
                        other.stop();
                        child.cancel();
                        top.context().onDone(Runnable::run, e -> seen.incrementAndGet());
                      });
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      top.cancel();
    }
    assertThat(seen).hasValue(2);
  }

  @Test
  @DisplayName("settled: cancel(null) is a plain cancel")
  void cancelWithNull_isAPlainCancel() {
    CancelScope a = Context.background().withCancel();
    assertThat(a.cancel((Reason) null)).isTrue();
    CancelScope b = Context.background().withCancel();
    assertThat(b.cancel((Throwable) null)).isTrue();
    for (CancelScope each : List.of(a, b)) {
      assertThat(each.context().cancellation().reason()).isEqualTo(Reason.CLIENT_CANCELED);
      assertThat(each.context().cancellation().cause()).isNull();
    }
  }

  @Test
  @DisplayName("a cancellation made elsewhere is passed on whole")
  void cancelWithACancellation_passesItOn() {
    Cancellation received =
        Cancellation.deadlineExceeded(FIRST)
            .withOrigin(new Cancellation.Origin("gateway", "g1", "c1", "alice"));
    CancelScope scope = Context.background().withCancel();
    assertThat(scope.cancel(received)).isTrue();
    assertThat(scope.context().cancellation()).isSameAs(received);
    assertThatThrownBy(scope.context()::throwIfDone).isInstanceOf(DeadlineExceededException.class);
    assertThatThrownBy(() -> scope.cancel((Cancellation) null)).hasMessage("as is null");
  }

  @Test
  @DisplayName("close is a cancel that says nothing")
  void close_isACancel() {
    CancelScope scope = Context.background().withCancel();
    scope.close();
    scope.close();
    assertThat(scope.context().isDone()).isTrue();
    assertThat(scope.cancel()).isFalse();
  }
}
