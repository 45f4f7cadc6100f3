package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the everyday calls may allocate, as Go's own suite limits it. */
class AllocationTest {
  private static final int ROUNDS = 20_000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static double bytesPerRound(Runnable call) {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int round = 0; round < ROUNDS; round++) {
        call.run();
      }
      long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      least = Math.min(least, (double) (after - before) / ROUNDS);
    }
    return least;
  }

  @Test
  @DisplayName("rule 5: the roots allocate nothing, nor do looks at any context")
  void looking_allocatesNothing() {
    Key<String> key = Key.local("key");
    CancelScope scope = Context.background().withValue(key, "x").withCancel();
    Context leaf = scope.context().withCancel().context();
    assertThat(bytesPerRound(Context::background)).isLessThan(1);
    assertThat(bytesPerRound(Context::todo)).isLessThan(1);
    assertThat(bytesPerRound(leaf::isDone)).isLessThan(1);
    assertThat(bytesPerRound(leaf::cancellation)).isLessThan(1);
    assertThat(bytesPerRound(() -> leaf.value(key))).isLessThan(1);
    scope.cancel();
    assertThat(bytesPerRound(leaf::cancellation)).isLessThan(1);
  }

  @Test
  @DisplayName("deriving and closing allocates the node and its scope, nothing else")
  void deriving_allocatesANodeAndAScope() {
    Context parent = Context.background().withCancel().context();
    assertThat(bytesPerRound(() -> parent.withCancel().close())).isLessThanOrEqualTo(64);
  }

  @Test
  @DisplayName("a listener costs one object more")
  void listening_allocatesOneObjectMore() {
    Context parent = Context.background().withCancel().context();
    assertThat(
            bytesPerRound(
                () -> {
                  try (CancelScope scope = parent.withCancel()) {
                    scope.context().onDone(Runnable::run, end -> {});
                  }
                }))
        .isLessThanOrEqualTo(256); // with the cancellation that it is told
  }
}
