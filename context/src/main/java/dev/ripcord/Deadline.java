package dev.ripcord;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A point on the monotonic clock. A step of the wall clock changes nothing.
 *
 * <pre>{@code
 * Deadline deadline = Deadline.after(Duration.ofMillis(300));
 * socket.setSoTimeout((int) Math.max(1, deadline.remaining().toMillis())); // 0 would be for ever
 * }</pre>
 */
public final class Deadline {
  // Half the clock's range: two deadlines within it can always be compared by the sign of their
  // difference.
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final TimeSource time;
  private final long nanos;
  private final boolean never;

  private Deadline(TimeSource time, long offsetNanos) {
    this.time = time;
    this.nanos = time.nanoTime() + offsetNanos;
    this.never = offsetNanos >= NEVER;
  }

  /**
   * {@code timeout} from now. Zero or less is past already; what exceeds the clock (146 years)
   * never comes.
   */
  public static Deadline after(Duration timeout) {
    return after(timeout, TimeSource.system());
  }

  /** {@link #after(Duration)} on another clock. */
  public static Deadline after(Duration timeout, TimeSource time) {
    Objects.requireNonNull(timeout, "timeout is null");
    return new Deadline(Objects.requireNonNull(time, "time is null"), clampedNanos(timeout));
  }

  /**
   * The moment at which the wall clock, if nobody sets it, will show {@code instant}. Converted
   * once, now.
   */
  public static Deadline at(Instant instant) {
    Objects.requireNonNull(instant, "instant is null");
    TimeSource time = TimeSource.system();
    return after(Duration.between(time.now(), instant), time);
  }

  private static long clampedNanos(Duration timeout) {
    // Seconds first: toNanos() throws for what does not fit.
    if (timeout.toSeconds() >= TimeUnit.NANOSECONDS.toSeconds(NEVER)) {
      return NEVER;
    }
    if (timeout.toSeconds() <= -TimeUnit.NANOSECONDS.toSeconds(NEVER)) {
      return -NEVER;
    }
    return timeout.toNanos();
  }

  /** The time left; negative once it has passed. */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /** Whether it has come. */
  public boolean isExpired() {
    return remainingNanos() <= 0;
  }

  /** The earlier of two deadlines on the same clock; {@code a} if they are equal. */
  public static Deadline earlier(Deadline a, Deadline b) {
    Objects.requireNonNull(a, "a is null");
    return Objects.requireNonNull(b, "b is null").isBefore(a) ? b : a;
  }

  /** The wall-clock time at which it comes, computed now; for display. */
  public Instant toInstant() {
    return time.now().plusNanos(remainingNanos());
  }

  long remainingNanos() {
    return never ? NEVER : nanos - time.nanoTime();
  }

  /** {@link #isExpired()} by a reading of {@code clock}, if that is this deadline's. */
  boolean isExpired(TimeSource clock, long now) {
    return clock == time ? !never && nanos - now <= 0 : isExpired();
  }

  boolean isBefore(Deadline other) {
    if (time != other.time) {
      throw new IllegalArgumentException("deadlines on different clocks cannot be compared");
    }
    return !never && (other.never || nanos - other.nanos < 0);
  }

  boolean isOnClockOf(Deadline other) {
    return time == other.time;
  }

  boolean isNever() {
    return never;
  }

  TimeSource time() {
    return time;
  }

  long nanos() {
    return nanos;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Deadline that
        && time == that.time
        && never == that.never
        && (never || nanos == that.nanos);
  }

  @Override
  public int hashCode() {
    return never ? 0 : Long.hashCode(nanos);
  }

  @Override
  public String toString() {
    return never ? "never" : inWords(remainingNanos());
  }

  /** {@code in 240 ms}, {@code 12 ms ago}. */
  private static String inWords(long nanos) {
    long abs = Math.abs(nanos);
    String amount;
    if (abs < 10_000_000L) {
      amount = abs / 1_000 + " us";
    } else if (abs < 10_000_000_000L) {
      amount = abs / 1_000_000 + " ms";
    } else {
      amount = abs / 1_000_000_000 + " s";
    }
    return nanos > 0 ? "in " + amount : amount + " ago";
  }
}
