package dev.ripcord.server.page;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Instants of {@link System#nanoTime} as time of day that never jumps. */
final class WallClock {
  // In a millisecond.
  private static final double NANOS = 1e6;
  private static final double MICROS = 1e3;

  private final long baseNanos = System.nanoTime();
  private final double baseMillis;

  WallClock() {
    baseMillis = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) / MICROS;
  }

  /** Milliseconds since 1970, to the microsecond. */
  double millis(long nanos) {
    return Math.round((baseMillis + (nanos - baseNanos) / NANOS) * MICROS) / MICROS;
  }
}
