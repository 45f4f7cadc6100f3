package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 3 and 5: what can never end. */
class RootsTest {
  private static final Key<String> NAME = Key.local("name");

  @Test
  @DisplayName("rule 5: roots have no deadline, no values and are never done")
  void roots_haveNothingAndNeverEnd() throws Exception {
    for (Context root : new Context[] {Context.background(), Context.todo()}) {
      assertThat(root.deadline()).isNull();
      assertThat(root.cancellation()).isNull();
      assertThat(root.isDone()).isFalse();
      assertThat(root.value(NAME)).isNull();
      assertThat(root.canEnd()).isFalse();
      root.throwIfDone();
      assertThat(root.awaitDone(Duration.ZERO)).isFalse();
    }
  }

  @Test
  @DisplayName("rule 5: each root is one object")
  void roots_areOneObjectEach() {
    assertThat(Context.background()).isSameAs(Context.background());
    assertThat(Context.todo()).isSameAs(Context.todo());
    assertThat(Context.background()).isNotSameAs(Context.todo());
    assertThat(Context.background(TimeSource.system())).isSameAs(Context.background());
  }

  @Test
  @DisplayName("rule 5: their texts differ")
  void roots_printDifferently() {
    assertThat(Context.background()).hasToString("background");
    assertThat(Context.todo()).hasToString("todo");
  }

  @Test
  @DisplayName("rule 3: a context that can never end runs no listener and keeps none")
  void neverEnding_runsNoListener() {
    //  scope - withoutCancel - withValue
    CancelScope scope = Context.background().withCancel();
    Context detached = scope.context().withoutCancel().withValue(NAME, "x");
    AtomicInteger ran = new AtomicInteger();
    Registration onRoot = Context.background().onDone(Runnable::run, end -> ran.incrementAndGet());
    Registration onDetached = detached.onDone(Runnable::run, end -> ran.incrementAndGet());

    assertThat(Tree.members(scope.context())).isZero();
    scope.cancel();

    assertThat(ran).hasValue(0);
    assertThat(onRoot.stop()).isTrue();
    assertThat(onRoot.stop()).as("only the first call prevented it").isFalse();
    assertThat(onDetached.stopOrJoin()).isTrue();
    assertThat(onDetached.stopOrJoin()).isFalse();
  }

  @Test
  @DisplayName("rule 3: whenDone of a context that never ends stays open and can be given up")
  void neverEnding_whenDoneStaysOpen() {
    var future = Context.background().whenDone();
    assertThat(future).isNotDone();
    assertThat(future.cancel(false)).isTrue();
  }

  @Test
  @DisplayName("a root on a clock of its own hands that clock down")
  void rootOnAnotherClock_handsItDown() {
    FakeTime time = new FakeTime();
    Context context = time.background().withValue(NAME, "x").withoutCancel();
    try (CancelScope scope = context.withTimeout(Duration.ofSeconds(1))) {
      assertThat(time.background()).hasToString("background");
      time.advance(Duration.ofSeconds(1));
      assertThat(scope.context().isDone()).isTrue();
    }
  }
}
