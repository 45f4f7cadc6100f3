package dev.ripcord.server.page;

import java.time.Instant;

/** Instants of {@link System#nanoTime} as time of day that never jumps. */
final class WallClock {
  private static final double NANOS = 1e6; // in a millisecond

  private final long baseNanos = System.nanoTime();
  private final double baseMillis;

  WallClock() {
    Instant now = Instant.now();
    baseMillis = now.toEpochMilli() + now.getNano() % 1_000_000 / NANOS;
  }

  /** Milliseconds since 1970, to the microsecond. */
  double millis(long nanos) {
    return Math.round((baseMillis + (nanos - baseNanos) / NANOS) * 1e3) / 1e3;
  }
}
