package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 22: withoutCancel. */
class DetachedTest {
  private static final Key<String> NAME = Key.local("name");
  private final FakeTime time = new FakeTime();

  @Test
  @DisplayName("rule 22: keeps values; no deadline; not done when the parent is or becomes so")
  void detached_keepsValuesOnly() {
    //  parent(1 s, name=a) - detached
    CancelScope parent = time.background().withValue(NAME, "a").withTimeout(Duration.ofSeconds(1));
    Context before = parent.context().withoutCancel();
    parent.cancel(Reason.USER_CANCELED);
    time.advance(Duration.ofSeconds(2));
    Context after = parent.context().withoutCancel();
    for (Context detached : new Context[] {before, after}) {
      assertThat(detached.value(NAME)).isEqualTo("a");
      assertThat(detached.deadline()).isNull();
      assertThat(detached.isDone()).isFalse();
      assertThat(detached.cancellation()).isNull();
      assertThat(detached.canEnd()).isFalse();
    }
  }

  @Test
  @DisplayName("rule 22: children of a detached context are cut off from above as well")
  void childrenOfADetached_areCutOffToo() {
    //  parent - detached - child - leaf
    CancelScope parent = time.background().withCancel();
    CancelScope child = parent.context().withoutCancel().withCancel();
    Context leaf = child.context().withValue(NAME, "x").withCancel().context();
    AtomicInteger ran = new AtomicInteger();
    leaf.onDone(Runnable::run, end -> ran.incrementAndGet());
    parent.cancel();
    assertThat(leaf.isDone()).isFalse();
    assertThat(Tree.members(parent.context())).isZero();
    child.cancel(Reason.SHUTDOWN);
    assertThat(leaf.cancellation().reason()).isEqualTo(Reason.SHUTDOWN);
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("rule 22: new deadlines below it work, also later ones than the request's")
  void newDeadlinesBelow_work() {
    CancelScope parent = time.background().withTimeout(Duration.ofSeconds(1));
    CancelScope audit = parent.context().withoutCancel().withTimeout(Duration.ofSeconds(5));
    time.advance(Duration.ofSeconds(4));
    assertThat(parent.context().isDone()).isTrue();
    assertThat(audit.context().isDone()).isFalse();
    time.advance(Duration.ofSeconds(1));
    assertThat(audit.context().isDone()).isTrue();
  }

  @Test
  @DisplayName("rule 22: a detached foreign context keeps its values")
  void detachedForeign_keepsValues() {
    HandmadeContext foreign = new HandmadeContext(time.after(Duration.ofSeconds(1)));
    foreign.put(NAME, "a");
    Context detached = foreign.withoutCancel();
    foreign.end(Reason.SHUTDOWN);
    time.advance(Duration.ofSeconds(2));
    assertThat(detached.value(NAME)).isEqualTo("a");
    assertThat(detached.isDone()).isFalse();
    assertThat(detached.deadline()).isNull();
  }

  @Test
  @DisplayName("rule 22: work bound to it sees it as current")
  void detached_isCurrent() throws Exception {
    CancelScope request = time.background().withValue(NAME, "a").withCancel();
    request.cancel();
    String seen =
        request
            .context()
            .call(
                () -> Context.current().withoutCancel().call(() -> Context.current().value(NAME)));
    assertThat(seen).isEqualTo("a");
  }
}
