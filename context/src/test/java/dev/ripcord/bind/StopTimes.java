package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Effort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * How long after a cancel whoever waits in a binding has its exception, over many rounds, and what
 * is left after them.
 */
@SuppressWarnings("try") // scopes are used by closing them
final class StopTimes {
  private static final long MEDIAN_NANOS = 20_000_000;

  /** Waits in a binding, having said that it does. */
  interface Waits {
    void under(Context context, CountDownLatch waiting) throws Exception;
  }

  private final List<Long> ours = new ArrayList<>();
  private final List<Long> handOvers = new ArrayList<>();

  /** Rounds on a thread of {@code kind}, and the same number of plain hand-overs for comparison. */
  static void check(String what, Threading kind, Waits waits) throws Exception {
    StopTimes times = new StopTimes();
    for (int i = 0; i < 10; i++) { // what is made once is no leftover
      times.round(kind, waits);
    }
    times.ours.clear();
    Leftovers before = new Leftovers();
    for (int i = 0; i < Effort.of(100, 1_000); i++) {
      times.round(kind, waits);
      times.handOver(kind);
    }
    before.assertNone();
    times.checkMedian(what + ", " + kind);
  }

  private void round(Threading kind, Waits waits) throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    try (CancelScope scope = Context.background().withCancel()) {
      Threading.Running<Long> running =
          kind.begin(
              () -> {
                try {
                  waits.under(scope.context(), waiting);
                } catch (ContextException e) {
                  assertThat(e.cancellation()).isSameAs(scope.context().cancellation());
                  return System.nanoTime();
                }
                throw new AssertionError("it was not stopped");
              });
      waiting.await();
      long canceled = System.nanoTime();
      scope.cancel();
      ours.add(running.result() - canceled);
    }
  }

  /** What the machine takes now to wake a thread: much, if it is busy. */
  private void handOver(Threading kind) throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Threading.Running<Long> running =
        kind.begin(
            () -> {
              waiting.countDown();
              go.await();
              return System.nanoTime();
            });
    waiting.await();
    long begun = System.nanoTime();
    go.countDown();
    handOvers.add(running.result() - begun);
  }

  private void checkMedian(String what) {
    long median = median(ours);
    long handOver = median(handOvers);
    System.out.printf(
        "%s: stopped within %.2f ms (median of %d), a hand-over takes %.2f ms%n",
        what, median / 1e6, ours.size(), handOver / 1e6);
    assertThat(median).as(what).isLessThan(MEDIAN_NANOS + 20 * handOver);
  }

  private static long median(List<Long> nanos) {
    Collections.sort(nanos);
    return nanos.get(nanos.size() / 2);
  }
}
