package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Cancellation.Hop;
import dev.ripcord.Cancellation.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A cancellation on its way between processes: where it began and whom it has passed, as told on
 * leaving this process and on coming in.
 */
final class Reasons {
  private static final Duration CLOCKS_AGREE = Duration.ofMinutes(1);

  private final Self self;
  private volatile boolean on = true;

  Reasons(Self self) {
    this.self = self;
  }

  Self self() {
    return self;
  }

  boolean areOn() {
    return on;
  }

  void turn(boolean newOn) {
    on = newOn;
  }

  /**
   * What is told to a callee: an end that nobody has claimed yet began here.
   *
   * @param contextId of the call whose handler was ended, or empty
   */
  Cancellation leaving(Cancellation why, String contextId) {
    Cancellation told = why;
    if (told.origin() == null) {
      told = told.withOrigin(new Origin(self.service(), self.instance(), contextId, ""));
    }
    return WireCancellation.passedOnBy(self, told);
  }

  /** What a callee makes of it: this process has come by it too. */
  Cancellation coming(Cancellation told) {
    return WireCancellation.withHop(self, told, ageOf(told));
  }

  /** As old as it was at the last hop at least; older if the wall clocks say so believably. */
  private static Duration ageOf(Cancellation told) {
    List<Hop> path = told.path();
    Duration least = path.isEmpty() ? Duration.ZERO : path.get(path.size() - 1).age();
    Duration byTheWall = Duration.between(told.at(), Instant.now());
    boolean believable = byTheWall.compareTo(least) > 0 && byTheWall.compareTo(CLOCKS_AGREE) < 0;
    return believable ? byTheWall : least;
  }
}
