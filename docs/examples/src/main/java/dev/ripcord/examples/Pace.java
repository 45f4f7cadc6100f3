package dev.ripcord.examples;

import java.time.Duration;
import java.util.Locale;

/**
 * How long things take in a program: seconds for people, fractions of one for a test.
 *
 * @param work until something is to stop
 * @param patience until we believe that it does not
 */
record Pace(Duration work, Duration patience) {
  static final Pace FOR_PEOPLE = new Pace(Duration.ofSeconds(5), Duration.ofSeconds(1));

  static String text(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }
}
