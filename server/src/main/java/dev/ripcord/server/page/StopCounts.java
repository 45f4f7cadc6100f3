package dev.ripcord.server.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much was canceled in the last minutes, and how long it took to stop. */
final class StopCounts {
  static final long STEP_MILLIS = 2_000;
  private static final int STEPS = 150;
  private static final int MOST_TIMES = 2_000; // of one step; of more, that many at random

  /**
   * A step of time that is over, or several.
   *
   * @param live nodes that ran at its end
   * @param skipped null if nobody tells, as is undelivered
   */
  record Point(
      int live,
      long canceled,
      @Nullable Long p50Micros,
      @Nullable Long p99Micros,
      @Nullable Long skipped,
      @Nullable Long undelivered) {}

  /** A point with the times that it is made of. */
  private static final class Step {
    final Point point;
    final long[] micros;

    Step(Point point, long[] micros) {
      this.point = point;
      this.micros = micros;
    }
  }

  private final Deque<Step> steps = new ArrayDeque<>();
  private long canceled;
  private long seen;
  private final List<Long> micros = new ArrayList<>();
  private final java.util.Random random = new java.util.Random();

  /** A node was told to end. */
  synchronized void told() {
    canceled++;
  }

  /** One has stopped, so long after. */
  synchronized void stopped(long nanos) {
    long took = Math.max(0, nanos / 1_000);
    seen++;
    if (micros.size() < MOST_TIMES) {
      micros.add(took);
    } else {
      long place = random.nextLong(seen);
      if (place < MOST_TIMES) {
        micros.set((int) place, took);
      }
    }
  }

  /** A step is over. */
  synchronized Point step(int live, @Nullable Long skipped, @Nullable Long undelivered) {
    long[] times = micros.stream().mapToLong(Long::longValue).sorted().toArray();
    Point point =
        new Point(
            live, canceled, percentile(times, 0.5), percentile(times, 0.99), skipped, undelivered);
    steps.add(new Step(point, times));
    if (steps.size() > STEPS) {
      steps.remove();
    }
    canceled = 0;
    seen = 0;
    micros.clear();
    return point;
  }

  /** The last steps, the oldest first. */
  synchronized List<Point> series() {
    return steps.stream().map(step -> step.point).toList();
  }

  /** All of them, and what has come since. */
  synchronized Point totals(int live) {
    List<long[]> all = new ArrayList<>();
    long sum = canceled;
    Long skipped = null;
    Long undelivered = null;
    for (Step step : steps) {
      all.add(step.micros);
      sum += step.point.canceled;
      skipped = sum(skipped, step.point.skipped);
      undelivered = sum(undelivered, step.point.undelivered);
    }
    all.add(micros.stream().mapToLong(Long::longValue).toArray());
    long[] times = sorted(all);
    return new Point(
        live, sum, percentile(times, 0.5), percentile(times, 0.99), skipped, undelivered);
  }

  private static @Nullable Long sum(@Nullable Long a, @Nullable Long b) {
    return a == null ? b : b == null ? a : Long.valueOf(a + b);
  }

  private static long[] sorted(Collection<long[]> all) {
    long[] times = all.stream().flatMapToLong(Arrays::stream).toArray();
    Arrays.sort(times);
    return times;
  }

  private static @Nullable Long percentile(long[] sorted, double share) {
    return sorted.length == 0 ? null : (Long) sorted[(int) Math.ceil(share * sorted.length) - 1];
  }
}
