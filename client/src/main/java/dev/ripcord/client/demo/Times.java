package dev.ripcord.client.demo;

import java.util.Locale;

/** Times for people. */
final class Times {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MICROS_PER_MILLI = 1e3;

  private Times() {}

  /** {@code 412 ms}. */
  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.0f ms", nanos / NANOS_PER_MILLI);
  }

  /** {@code 3.1 ms}. */
  static String ofMicros(long micros) {
    return String.format(Locale.ROOT, "%.1f ms", micros / MICROS_PER_MILLI);
  }
}
