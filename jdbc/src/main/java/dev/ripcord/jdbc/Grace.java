package dev.ripcord.jdbc;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import dev.ripcord.TimeSource;
import java.time.Duration;

/** How long a driver may take to heed a cancel, before its connection is given up. */
final class Grace {
  static final Duration DEFAULT = Duration.ofSeconds(5);

  private final Context root; // whose descendants take their time from it
  private final Duration length;

  Grace(Duration length, TimeSource time) {
    this.root = Context.background(time);
    this.length = length;
  }

  /** Runs {@code then}, on a thread of its own, when the grace from now on is over. */
  Registration begin(Runnable then) {
    CancelScope over = root.withTimeout(length); // with nobody listening it is nothing but garbage
    return over.context().onDone(OwnThread::run, why -> then.run());
  }

  @Override
  public String toString() {
    return length.toMillis() + " ms";
  }
}
