package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FirstLookTest {
  @Test
  void basics() throws Exception {
    FakeTime time = new FakeTime();
    CancelScope a = time.background().withCancel();
    CancelScope b = a.context().withTimeout(Duration.ofSeconds(5));
    List<String> ran = new ArrayList<>();
    b.context().onDone(Runnable::run, c -> ran.add("b"));
    Registration r = a.context().onDone(Runnable::run, c -> ran.add("a"));
    Registration gone = a.context().onDone(Runnable::run, c -> ran.add("never"));
    assertThat(gone.stop()).isTrue();
    assertThat(time.timers()).isEqualTo(1);
    assertThat(b.context().toString()).isEqualTo("background.withCancel.withDeadline(in 5000 ms)");
    a.cancel(Reason.USER_CANCELED);
    assertThat(ran).containsExactly("a", "b");
    assertThat(b.context().cancellation()).isSameAs(a.context().cancellation());
    assertThat(time.timers()).isZero();
    assertThat(r.stop()).isFalse();
  }

  @Test
  void deep() {
    CancelScope top = Context.background().withCancel();
    Context c = top.context();
    for (int i = 0; i < 1_000_000; i++) {
      c = c.withCancel().context();
    }
    AtomicInteger n = new AtomicInteger();
    c.onDone(Runnable::run, x -> n.incrementAndGet());
    top.cancel();
    assertThat(n.get()).isEqualTo(1);
    assertThat(c.isDone()).isTrue();
  }

  @Test
  void group() throws Exception {
    try (TaskGroup g = TaskGroup.open(Context.background())) {
      TaskGroup.Task<String> t =
          g.fork("x", () -> "v" + (Context.current() != Context.background()));
      g.join();
      assertThat(t.get()).isEqualTo("vtrue");
    }
  }
}
