package dev.ripcord.bench.soak;

import dev.ripcord.Reason;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How the handlers that waited have ended, beside how they were to. */
final class Ends {
  private static final String LOST = Reason.CONNECTION_LOST.code();
  private static final String UNTOLD = Reason.CLIENT_CANCELED.code();

  private final LongAdder right = new LongAdder();
  private final LongAdder untold = new LongAdder();
  private final LongAdder killed = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final AtomicReference<@Nullable String> firstWrong = new AtomicReference<>();

  /** {@code order} as it was given; {@code end}: null if nobody says. */
  void ended(String order, @Nullable String end) {
    boolean mortal = order.startsWith(Orders.MORTAL);
    String wanted = order.substring((mortal ? Orders.MORTAL : Orders.WAIT).length());
    if (end == null || end.equals(wanted)) {
      right.increment();
    } else if (end.startsWith(UNTOLD)) {
      untold.increment();
    } else if (mortal && end.startsWith(LOST)) {
      killed.increment();
    } else {
      wrong.increment();
      firstWrong.compareAndSet(null, "was to end by " + wanted + ", ended by " + end);
    }
  }

  /** So far: right, untold, killed, wrong, and the first that was wrong, in a line. */
  @Override
  public String toString() {
    String example = firstWrong.get();
    return right
        + " "
        + untold
        + " "
        + killed
        + " "
        + wrong
        + " "
        + (example == null ? "" : example);
  }
}
