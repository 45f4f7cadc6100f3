package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.grpc.Counters.Event;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks for handlers that run on after their context has ended, and says once of each where it is.
 * Runs only while there are ended calls whose handlers have not returned; on the background thread.
 */
final class OverdueWatch {
  private static final Logger LOG = System.getLogger(OverdueWatch.class.getName());
  private static final int LOOKS_PER_GRACE = 4;

  private final long graceNanos;
  private final Calls calls;
  private final Counters counters;
  private final Background background;
  private final AtomicBoolean looking = new AtomicBoolean();

  OverdueWatch(Duration grace, Calls calls, Counters counters, Background background) {
    this.graceNanos = grace.toNanos();
    this.calls = calls;
    this.counters = counters;
    this.background = background;
  }

  /** A call has ended while its handler runs. */
  void expectReturn() {
    if (looking.compareAndSet(false, true)) {
      lookLater();
    }
  }

  private void lookLater() {
    background.later(Duration.ofNanos(Math.max(1, graceNanos / LOOKS_PER_GRACE)), this::look);
  }

  private void look() {
    // Whoever ends from here on sees to it that there is another look.
    looking.set(false);
    boolean more = false;
    for (HandledCall call : calls.live()) {
      Cancellation why = call.cancellation();
      if (why == null || call.isOverdue()) {
        continue;
      }
      if (System.nanoTime() - call.endedNanos() < graceNanos) {
        more = true;
      } else {
        report(call, why);
      }
    }
    if (more) {
      expectReturn();
    }
  }

  private void report(HandledCall call, Cancellation why) {
    List<String> stack = stackOf(call);
    if (stack.isEmpty() || call.isStopped()) {
      return;
    }
    call.setOverdue();
    counters.count(Event.OVERDUE_HANDLERS);
    calls.overdue(call, stack);
    LOG.log(
        Level.WARNING,
        () ->
            "overdue: the handler of "
                + call.identity()
                + " still runs "
                + Duration.ofNanos(System.nanoTime() - call.endedNanos()).toMillis()
                + " ms after its context has ended ("
                + why
                + "). It is here:\n    at "
                + String.join("\n    at ", stack));
  }

  /**
   * Where the handler of {@code call} is, one frame per element; empty if none of its callbacks
   * runs.
   */
  static List<String> stackOf(HandledCall call) {
    Thread runner = call.runner();
    List<String> frames = new ArrayList<>();
    if (runner != null) {
      for (StackTraceElement frame : runner.getStackTrace()) {
        frames.add(frame.toString());
      }
    }
    // The thread may have left for other work while it was being looked at.
    return call.runner() == runner ? frames : List.of();
  }
}
