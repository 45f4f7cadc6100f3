package dev.ripcord.grpc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;

/**
 * How long it took from the end of calls' contexts until their handlers had returned, since the
 * start. Any thread may read at any time.
 *
 * <pre>{@code
 * log.info("{} handlers stopped, 99 % within {}", times.count(), times.percentile(99));
 * }</pre>
 */
public final class StopTimes {
  private static final int BUCKETS = Long.SIZE;

  // One for each power of two of nanoseconds: exact enough to tell a microsecond from a second.
  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  private final LongConsumer told;

  /** {@code told} hears of each. */
  StopTimes(LongConsumer told) {
    this.told = told;
  }

  void add(long nanos) {
    told.accept(nanos);
    counts.incrementAndGet(BUCKETS - Long.numberOfLeadingZeros(Math.max(1, nanos)) - 1);
  }

  /** How many were measured. */
  public long count() {
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /**
   * A time that {@code percent} of them did not exceed, rounded up to a power of two of
   * nanoseconds; zero if none was measured.
   */
  public Duration percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent is " + percent + ", must be 0 to 100");
    }
    long rank = (long) Math.ceil(count() * percent / 100);
    for (int i = 0; i < BUCKETS - 1; i++) {
      rank -= counts.get(i);
      if (rank <= 0 && counts.get(i) > 0) {
        return Duration.ofNanos(1L << (i + 1));
      }
    }
    return Duration.ZERO;
  }

  @Override
  public String toString() {
    return "StopTimes[" + count() + ", p50 " + percentile(50) + ", p99 " + percentile(99) + "]";
  }
}
