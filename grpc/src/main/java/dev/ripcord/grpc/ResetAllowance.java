package dev.ripcord.grpc;

import java.util.concurrent.TimeUnit;

/** How many streams one connection may reset: a burst, then a few a second. */
final class ResetAllowance {
  // At most 40 + 30 s * 2 in any half minute; servers are known to be set to 100 in that time.
  private static final int BURST = 40;
  private static final long NANOS_EACH = TimeUnit.MILLISECONDS.toNanos(500);

  // Guarded by this: when the allowance will be full again.
  private long fullAt = System.nanoTime();

  synchronized boolean takeOne() {
    long now = System.nanoTime();
    if (fullAt - now < 0) {
      fullAt = now;
    }
    if (fullAt - now > (BURST - 1) * NANOS_EACH) {
      return false;
    }
    fullAt += NANOS_EACH;
    return true;
  }
}
