package dev.ripcord.grpc;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is accepted from callers, and how much is carried.
 *
 * <pre>{@code
 * Limits edge = Limits.edge().withLongestDeadline(Duration.ofSeconds(30));
 * }</pre>
 *
 * @param trustsPeers whether ids and values of callers are taken over; if not they are ignored, and
 *     counted
 * @param longestDeadline the longest time a call is given, whatever its caller asks; null is no cap
 * @param defaultDeadline the time a call is given that comes without a deadline; null is none
 * @param maxValues how many values a call may carry, those passed through included
 * @param maxValueBytes how long one value may be, in bytes before they are encoded for the header
 * @param maxHeaderBytes how long all headers of ours may be together, names and encoded values
 */
public record Limits(
    boolean trustsPeers,
    @Nullable Duration longestDeadline,
    @Nullable Duration defaultDeadline,
    int maxValues,
    int maxValueBytes,
    int maxHeaderBytes) {
  private static final int VALUES = 32;
  private static final int VALUE_BYTES = 512;
  private static final int HEADER_BYTES = 2048;

  /** Checks the numbers. */
  public Limits {
    checkPositive(longestDeadline, "longestDeadline");
    checkPositive(defaultDeadline, "defaultDeadline");
    checkRange(maxValues, VALUES, "maxValues");
    checkRange(maxValueBytes, VALUE_BYTES, "maxValueBytes");
    checkRange(maxHeaderBytes, HEADER_BYTES, "maxHeaderBytes");
  }

  /** Inside a trust boundary: callers' ids, values and deadlines are taken as they are. */
  public static Limits defaults() {
    return new Limits(true, null, null, VALUES, VALUE_BYTES, HEADER_BYTES);
  }

  /**
   * For a server that faces strangers: their ids and values are ignored, a call lasts a minute
   * unless told, five at most.
   */
  public static Limits edge() {
    return new Limits(
        false, Duration.ofMinutes(5), Duration.ofMinutes(1), VALUES, VALUE_BYTES, HEADER_BYTES);
  }

  /** These with another cap; null is none. */
  public Limits withLongestDeadline(@Nullable Duration newLongestDeadline) {
    return new Limits(
        trustsPeers, newLongestDeadline, defaultDeadline, maxValues, maxValueBytes, maxHeaderBytes);
  }

  /** These with another default; null is none. */
  public Limits withDefaultDeadline(@Nullable Duration newDefaultDeadline) {
    return new Limits(
        trustsPeers, longestDeadline, newDefaultDeadline, maxValues, maxValueBytes, maxHeaderBytes);
  }

  /** The time a call gets whose caller asked for {@code asked}; null is no deadline. */
  @Nullable Duration grant(@Nullable Duration asked) {
    Duration time = asked == null ? defaultDeadline : asked;
    if (longestDeadline == null) {
      return time;
    }
    return time == null || time.compareTo(longestDeadline) > 0 ? longestDeadline : time;
  }

  private static void checkPositive(@Nullable Duration duration, String name) {
    if (duration != null && (duration.isZero() || duration.isNegative())) {
      throw new IllegalArgumentException(name + " is " + duration + ", must be positive");
    }
  }

  private static void checkRange(int number, int most, String name) {
    if (number < 0 || number > most) {
      throw new IllegalArgumentException(name + " is " + number + ", must be 0 to " + most);
    }
  }

  static int identityBytes() {
    return 256;
  }

  static Limits checked(Limits limits) {
    return Objects.requireNonNull(limits, "limits is null");
  }
}
