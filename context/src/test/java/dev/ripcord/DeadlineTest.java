package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules 13 to 18: what strikes, when, and what it leaves behind. */
class DeadlineTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Reason MINE = Reason.of("MINE");
  private static final Reason PARENTS = Reason.of("PARENTS");

  private final FakeTime time = new FakeTime();

  @Test
  @DisplayName("rule 13: a deadline not earlier than the parent's makes a plain cancel scope")
  void laterDeadline_changesNothing() {
    CancelScope parent = time.background().withTimeout(SECOND, PARENTS);
    CancelScope child = parent.context().withTimeout(SECOND.multipliedBy(2), MINE);
    assertThat(child.context().deadline()).isSameAs(parent.context().deadline());
    child.context().onDone(Runnable::run, end -> {});
    assertThat(time.timers()).as("the parent's only").isEqualTo(1);
    time.advance(SECOND);
    assertThat(child.context().cancellation().reason()).isEqualTo(PARENTS);
    assertThat(child.context().cancellation().kind())
        .isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
  }

  @Test
  @DisplayName("rule 13, settled: equal deadlines need one timer, and either reason is reported")
  void equalDeadlines_needOneTimer() {
    Deadline both = time.after(SECOND);
    CancelScope parent = time.background().withDeadline(both, PARENTS);
    CancelScope child = parent.context().withDeadline(time.after(SECOND), MINE);
    child.context().onDone(Runnable::run, end -> {});
    assertThat(time.timers()).isEqualTo(1);
    time.advance(SECOND);
    Cancellation end = child.context().cancellation();
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(end.reason()).isIn(MINE, PARENTS);
  }

  @Test
  @DisplayName("rule 13: a child's earlier deadline strikes with the child's reason")
  void earlierDeadline_strikesWithItsOwnReason() {
    CancelScope parent = time.background().withTimeout(SECOND.multipliedBy(2), PARENTS);
    CancelScope child = parent.context().withTimeout(SECOND, MINE);
    List<String> ran = new ArrayList<>();
    child.context().onDone(Runnable::run, end -> ran.add(end.reason().code()));
    time.advance(SECOND);
    assertThat(ran).containsExactly("MINE");
    assertThat(parent.context().isDone()).isFalse();
  }

  @Test
  @DisplayName("a deadline from elsewhere strikes with where it comes from, for the whole subtree")
  void deadlineFromElsewhere_saysSo() {
    Cancellation.Origin origin = new Cancellation.Origin("edge", "1", "", "");
    CancelScope scope =
        time.background().withDeadlineFrom(time.after(SECOND), struck -> struck.withOrigin(origin));
    CancelScope child = scope.context().withTimeout(SECOND.multipliedBy(2), MINE);
    time.advance(SECOND);
    Cancellation end = child.context().cancellation();
    assertThat(end).isSameAs(scope.context().cancellation());
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(end.reason()).isEqualTo(Reason.DEADLINE);
    assertThat(end.origin()).isEqualTo(origin);

    CancelScope past =
        time.background().withDeadlineFrom(time.after(SECOND.negated()), struck -> struck);
    assertThat(past.context().isDone()).isTrue();
    CancelScope later = child.context().withDeadlineFrom(time.after(SECOND), struck -> struck);
    assertThat(later.context().deadline()).isSameAs(scope.context().deadline());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -1_000_000_000L, Long.MIN_VALUE})
  @DisplayName(
      "rule 14, settled: a deadline already past: born done, no timer, cancel returns false")
  void pastDeadline_isBornDone(long nanos) {
    CancelScope scope =
        time.background()
            .withTimeout(
                nanos == Long.MIN_VALUE
                    ? Duration.ofSeconds(Long.MIN_VALUE)
                    : Duration.ofNanos(nanos),
                MINE);
    assertThat(scope.context().isDone()).isTrue();
    Cancellation end = scope.context().cancellation();
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(end.reason()).isEqualTo(MINE);
    assertThat(scope.cancel(PARENTS)).isFalse();
    assertThat(scope.context().cancellation()).isSameAs(end);
    scope.context().onDone(Runnable::run, e -> {});
    assertThat(time.timers()).isZero();
    assertThatThrownBy(scope.context()::throwIfDone).isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  @DisplayName("rule 15: cancelling early gives CANCELED without the deadline's reason")
  void cancelledEarly_doesNotGiveTheDeadlinesReason() {
    CancelScope scope = time.background().withTimeout(SECOND, MINE);
    assertThat(scope.cancel()).isTrue();
    time.advance(SECOND);
    Cancellation end = scope.context().cancellation();
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.CANCELED);
    assertThat(end.reason()).isEqualTo(Reason.CLIENT_CANCELED);
  }

  @Test
  @DisplayName("rule 15: a parent's expiry reaches children as DEADLINE_EXCEEDED")
  void expiryOfAParent_reachesChildren() {
    //  parent(1 s) - child - leaf
    CancelScope parent = time.background().withTimeout(SECOND);
    Context leaf = parent.context().withCancel().context().withCancel().context();
    AtomicReference<Cancellation> told = new AtomicReference<>();
    leaf.onDone(Runnable::run, told::set);
    time.advance(SECOND);
    assertThat(told.get()).isSameAs(parent.context().cancellation());
    assertThat(told.get().kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(told.get().reason()).isEqualTo(Reason.DEADLINE);
  }

  @Test
  @DisplayName("rule 16: expiry is seen at once, whether or not a timer has run")
  void expiry_isSeenWithoutATimer() {
    CancelScope scope = time.background().withTimeout(SECOND);
    Context leaf = scope.context().withCancel().context();
    time.skip(SECOND.minusNanos(1));
    assertThat(leaf.isDone()).isFalse();
    assertThat(leaf.cancellation()).isNull();
    time.skip(Duration.ofNanos(1));
    assertThat(leaf.isDone()).isTrue();
    assertThat(scope.context().cancellation()).isNotNull();
    assertThat(leaf.cancellation()).isSameAs(scope.context().cancellation());
  }

  @Test
  @DisplayName("rule 16: an expiry nobody looked at counts from its own instant")
  void unseenExpiry_isNotOvertakenByALaterCancelFromAbove() {
    //  top - middle(1 s) - leaf
    for (boolean plainly : new boolean[] {true, false}) {
      CancelScope top = time.background().withCancel();
      CancelScope middle = top.context().withTimeout(SECOND, MINE);
      Context leaf = middle.context().withCancel().context();
      time.skip(SECOND.multipliedBy(3));
      assertThat(top.cancel(plainly ? null : PARENTS)).isTrue();
      assertThat(leaf.cancellation().reason()).isEqualTo(MINE);
      assertThat(middle.context().cancellation()).isSameAs(leaf.cancellation());
      assertThat(middle.context().cancellation().kind())
          .isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
      assertThat(leaf.cancellation().age()).isEqualTo(SECOND.multipliedBy(2));
    }
  }

  @Test
  @DisplayName("rule 16: a cancel from above at the very instant of the deadline comes after it")
  void cancelAtTheInstantOfTheDeadline_comesAfterIt() {
    CancelScope top = time.background().withCancel();
    Context child = top.context().withTimeout(SECOND, MINE).context();
    time.skip(SECOND);
    assertThat(child.isDone()).isTrue();
    assertThat(top.cancel(PARENTS)).isTrue();
    assertThat(child.cancellation().reason()).isEqualTo(MINE);
  }

  @Test
  @DisplayName("rule 16: the same for listeners: they are told of the expiry, not of the cancel")
  void unseenExpiry_isWhatListenersAreTold() {
    CancelScope top = time.background().withCancel();
    Context child = top.context().withTimeout(SECOND, MINE).context();
    AtomicReference<Cancellation> told = new AtomicReference<>();
    child.onDone(Runnable::run, told::set);
    time.skip(SECOND.multipliedBy(2)); // the timer thread is late
    top.cancel(PARENTS);
    assertThat(told.get().reason()).isEqualTo(MINE);
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("rule 16: a cancellation made earlier and applied later does not overtake either")
  void unseenExpiry_isNotOvertakenByAnOldCancellationAppliedLater() {
    CancelScope top = time.background().withCancel();
    Context child = top.context().withTimeout(SECOND, MINE).context();
    CancelScope elsewhere = time.background().withTimeout(Duration.ofMillis(1), PARENTS);
    time.skip(SECOND.multipliedBy(2));
    Cancellation old = elsewhere.context().cancellation(); // dated before the child's deadline
    assertThat(top.cancel(old)).isTrue();
    assertThat(child.cancellation().reason()).isEqualTo(MINE);
    assertThat(top.context().cancellation().reason()).isEqualTo(PARENTS);
  }

  @Test
  @DisplayName("rule 16: nor one made on another clock")
  void unseenExpiry_isNotOvertakenByACancellationOfAnotherClock() {
    CancelScope top = time.background().withCancel();
    Context child = top.context().withTimeout(SECOND, MINE).context();
    time.skip(SECOND.multipliedBy(2));
    top.cancel(Cancellation.canceled(PARENTS, null));
    assertThat(child.cancellation().reason()).isEqualTo(MINE);
  }

  @Test
  @DisplayName("rule 17: a step of the wall clock changes nothing")
  void wallClock_decidesNothing() {
    CancelScope scope = time.background().withTimeout(SECOND);
    scope.context().onDone(Runnable::run, end -> {});
    time.stepWallClock(Duration.ofDays(365));
    time.advance(SECOND.minusNanos(1));
    assertThat(scope.context().isDone()).isFalse();
    time.stepWallClock(Duration.ofDays(-1000));
    time.advance(Duration.ofNanos(1));
    assertThat(scope.context().isDone()).isTrue();
  }

  @Test
  @DisplayName("rule 17: an Instant is computed for display, and stays as first shown")
  void instants_areForDisplay() {
    Instant start = time.now();
    Deadline deadline = time.after(SECOND);
    assertThat(deadline.toInstant()).isEqualTo(start.plus(SECOND));
    CancelScope scope = time.background().withDeadline(deadline);
    time.advance(SECOND.multipliedBy(5));
    Cancellation end = scope.context().cancellation();
    assertThat(end.at()).as("dated at the deadline, not at the look").isEqualTo(start.plus(SECOND));
    time.stepWallClock(Duration.ofDays(1));
    assertThat(end.at()).isEqualTo(start.plus(SECOND));
    assertThat(end.age()).isEqualTo(SECOND.multipliedBy(4));
  }

  @Test
  @DisplayName("rule 18: no listener, no timer; the first arms it, the last disarms it")
  void timer_livesAsLongAsSomebodyListens() {
    CancelScope scope = time.background().withTimeout(SECOND);
    Context leaf = scope.context().withCancel().context();
    assertThat(time.timers()).isZero();
    Registration a = scope.context().onDone(Runnable::run, end -> {});
    Registration b = leaf.onDone(Runnable::run, end -> {});
    assertThat(time.timers()).isEqualTo(1);
    a.stop();
    assertThat(time.timers()).isEqualTo(1);
    b.stop();
    assertThat(time.timers()).isZero();
    leaf.onDone(Runnable::run, end -> {});
    assertThat(time.timers()).isEqualTo(1);
    scope.close();
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("rule 18: a parent's end takes the timers below it along")
  void parentsEnd_leavesNoTimer() {
    CancelScope parent = time.background().withCancel();
    for (int i = 0; i < 100; i++) {
      parent.context().withTimeout(SECOND).context().onDone(Runnable::run, end -> {});
    }
    assertThat(time.timers()).isEqualTo(100);
    parent.close();
    assertThat(time.timers()).isZero();
  }

  @Test
  @DisplayName("rule 18: a real timer that is called off leaves the queue")
  void realTimer_leavesTheQueue() {
    Context context = Context.background().withCancel().context();
    for (int i = 0; i < 1_000; i++) {
      try (CancelScope scope = context.withTimeout(Duration.ofHours(1))) {
        scope.context().onDone(Runnable::run, end -> {});
      }
    }
    assertThat(SystemTime.INSTANCE.waiting()).isLessThan(100); // other tests' own
  }

  @Test
  @DisplayName("settled: a poll that notices an expiry runs no listener on the polling thread")
  void pollThatNoticesAnExpiry_runsNoListener() {
    CancelScope scope = time.background().withTimeout(SECOND);
    AtomicInteger ran = new AtomicInteger();
    scope.context().onDone(Runnable::run, end -> ran.incrementAndGet());
    time.skip(SECOND);
    assertThat(scope.context().isDone()).isTrue();
    assertThat(scope.context().cancellation()).isNotNull();
    assertThat(ran).hasValue(0);
    time.advance(Duration.ZERO);
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("settled: negative durations are past, overflowing ones are never")
  void durations_thatTheClockCannotHold() {
    CancelScope never = time.background().withTimeout(Duration.ofSeconds(Long.MAX_VALUE), MINE);
    assertThat(never.context().deadline()).as("no deadline at all").isNull();
    time.advance(Duration.ofDays(36_500));
    assertThat(never.context().isDone()).isFalse();
    assertThat(time.after(Duration.ofDays(365 * 300))).hasToString("never");
    assertThat(time.after(Duration.ofDays(365 * 300)).isExpired()).isFalse();
    assertThat(time.after(Duration.ofSeconds(Long.MIN_VALUE)).isExpired()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 500_000_000L, Long.MIN_VALUE, -1, 0})
  @DisplayName("rule 17: the monotonic clock may overflow between now and the deadline")
  void clock_mayOverflow(long start) {
    FakeTime odd = new FakeTime(start);
    CancelScope top = odd.background().withCancel();
    CancelScope late = top.context().withTimeout(SECOND.multipliedBy(3), PARENTS);
    CancelScope early = late.context().withTimeout(SECOND, MINE);
    CancelScope past = top.context().withTimeout(SECOND.negated(), MINE);
    List<String> ran = new ArrayList<>();
    late.context().onDone(Runnable::run, end -> ran.add("late"));
    early.context().onDone(Runnable::run, end -> ran.add("early"));
    assertThat(past.context().isDone()).isTrue();
    assertThat(early.context().isDone()).isFalse();
    odd.advance(SECOND);
    assertThat(ran).containsExactly("early");
    odd.skip(SECOND.multipliedBy(3));
    top.cancel(Reason.SHUTDOWN);
    assertThat(late.context().cancellation().reason()).isEqualTo(PARENTS);
    assertThat(ran).containsExactly("early", "late");
    assertThat(odd.timers()).isZero();
  }

  @Test
  @DisplayName("a deadline on another clock: whichever strikes first ends the child")
  void deadlineOnAnotherClock_doesNotHideTheParents() {
    //  a(1 s by time) - b(10 s by other) - leaf
    FakeTime other = new FakeTime(42);
    CancelScope a = time.background().withTimeout(SECOND, PARENTS);
    CancelScope b = a.context().withDeadline(other.after(SECOND.multipliedBy(10)), MINE);
    Context leaf = b.context().withCancel().context();
    List<String> ran = new ArrayList<>();
    leaf.onDone(Runnable::run, end -> ran.add(end.reason().code()));
    assertThat(leaf.isDone()).isFalse();
    time.skip(SECOND);
    assertThat(a.context().isDone()).isTrue();
    assertThat(leaf.isDone()).as("a's deadline has passed").isTrue();
    assertThat(leaf.cancellation().reason()).isEqualTo(PARENTS);
    assertThat(b.cancel()).isFalse();
    time.advance(Duration.ZERO);
    assertThat(ran).containsExactly("PARENTS");
    assertThat(other.timers()).isZero();
  }

  @Test
  @DisplayName("a deadline on another clock strikes by that clock")
  void deadlineOnAnotherClock_strikesByThatClock() {
    FakeTime other = new FakeTime();
    CancelScope a = time.background().withTimeout(SECOND, PARENTS);
    CancelScope b = a.context().withDeadline(other.after(SECOND), MINE);
    List<String> ran = new ArrayList<>();
    b.context().onDone(Runnable::run, end -> ran.add(end.reason().code()));
    other.advance(SECOND);
    assertThat(ran).containsExactly("MINE");
    assertThat(a.context().isDone()).isFalse();
    assertThat(time.timers()).isZero();
    assertThat(b.context().withTimeout(Duration.ofMillis(1)).context().isDone()).isTrue();
    assertThatThrownBy(() -> Deadline.earlier(time.after(SECOND), other.after(SECOND)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different clocks");
  }

  @Test
  @DisplayName("on the machine's clock: listeners are told, never before the deadline")
  void realDeadline_tellsListeners() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    long start = System.nanoTime();
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(30))) {
      scope.context().onDone(end -> told.countDown());
      assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
      assertThat(scope.context().cancellation().kind())
          .isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    }
  }

  @Test
  @DisplayName("a deadline's own questions")
  void deadline_answers() {
    Deadline deadline = time.after(Duration.ofMillis(240));
    assertThat(deadline).hasToString("in 240 ms");
    assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(240));
    assertThat(deadline).isEqualTo(time.after(Duration.ofMillis(240)));
    assertThat(deadline).hasSameHashCodeAs(time.after(Duration.ofMillis(240)));
    assertThat(deadline).isNotEqualTo(new FakeTime().after(Duration.ofMillis(240)));
    assertThat(Deadline.earlier(deadline, time.after(SECOND))).isSameAs(deadline);
    assertThat(Deadline.earlier(time.after(SECOND), deadline)).isSameAs(deadline);
    time.advance(Duration.ofMillis(252));
    assertThat(deadline).hasToString("12 ms ago");
    assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(-12));
    assertThat(deadline.isExpired()).isTrue();
    assertThat(time.after(Duration.ofSeconds(90))).hasToString("in 90 s");
    assertThat(time.after(Duration.ofNanos(1_500))).hasToString("in 1 us");
    assertThat(time.after(Duration.ofDays(100_000)))
        .isEqualTo(time.after(Duration.ofDays(200_000)));
  }

  @Test
  @DisplayName("a deadline at an instant is converted once")
  void deadlineAtAnInstant() {
    assertThat(Deadline.at(Instant.MIN).isExpired()).isTrue();
    assertThat(Deadline.at(Instant.MAX)).hasToString("never");
    Duration left = Deadline.at(Instant.now().plusSeconds(100)).remaining();
    assertThat(left).isBetween(Duration.ofSeconds(90), Duration.ofSeconds(101));
  }
}
