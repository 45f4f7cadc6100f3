package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection from a caller. Over it come calls and the reasons why they end, at times in the
 * wrong order; and it is what entitles its caller to end a call: nobody ends one that came over
 * another.
 */
final class CalleeConnection {
  static final Attributes.Key<CalleeConnection> KEY = Attributes.Key.create("ripcord-caller");

  private static final Logger LOG = System.getLogger(CalleeConnection.class.getName());
  private static final int MAX_CONTROL_STREAMS = 4;
  private static final int MAX_EARLY = 1024;
  private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Gives every connection of a server one of these. */
  static final class Filter extends ServerTransportFilter {
    private final LiveCalls calls;
    private final Resets resets;
    private final Counters counters;

    Filter(LiveCalls calls, Resets resets, Counters counters) {
      this.calls = calls;
      this.resets = resets;
      this.counters = counters;
    }

    @Override
    public Attributes transportReady(Attributes transport) {
      return transport.toBuilder().set(KEY, new CalleeConnection(calls, resets, counters)).build();
    }
  }

  /** A reason without a call. */
  private record Early(long contextId, Cancellation why, @Nullable CalleeControl by, long nanos) {}

  private final Counters counters;
  private final LiveCalls calls;
  private final Resets resets;
  private final AtomicInteger controlStreams = new AtomicInteger();
  private volatile boolean tellsReasons;

  private final Map<Long, Early> early = new HashMap<>(); // guarded by itself
  private final Deque<Early> earlyByAge = new ArrayDeque<>(); // guarded by early
  private volatile boolean someEarly; // written under early

  private CalleeConnection(LiveCalls calls, Resets resets, Counters counters) {
    this.calls = calls;
    this.resets = resets;
    this.counters = counters;
  }

  // Calls.

  /** A call has come over this connection. */
  void accept(HandledCall call) {
    // The call knows its connection by now: of it and its reason the later finds the earlier.
    if (someEarly) {
      Early reason = takeEarly(call.namedByCaller());
      if (reason != null) {
        call.endedByCaller(reason.why, reason.by);
        call.allTold();
      }
    }
  }

  /**
   * Ends those of the calls of these names that came over this connection; keeps the reason for
   * those that are still to come.
   */
  void end(CancelMessage said, Cancellation why, CalleeControl by) {
    List<HandledCall> ended = new ArrayList<>(said.contextIds().size());
    Telling telling = Telling.begin(said, why);
    CallerControl below;
    try {
      for (Long contextId : said.contextIds()) {
        if (!end(contextId, why, by, ended)) {
          keepEarly(new Early(contextId, why, by, System.nanoTime()));
          if (end(contextId, why, by, ended)) {
            takeEarly(contextId);
          }
        }
      }
    } finally {
      // Whatever has happened: else what this thread ends later would never be sent, and what has
      // ended never be closed.
      below = telling.end();
      if (!ended.isEmpty()) {
        resets.atNextLook(() -> closeAtLast(ended));
      }
    }
    // See docs/rationale.md, "Why are callees told before local callers wake?"
    if (below == null) {
      each(ended, HandledCall::allTold);
    } else {
      below.whenOut(() -> each(ended, HandledCall::allTold));
    }
  }

  private static void closeAtLast(List<HandledCall> ended) {
    each(ended, HandledCall::allTold);
    each(ended, HandledCall::closeAtLast);
  }

  /** Others' interceptors see how a call is closed. What they throw concerns that call alone. */
  private static void each(List<HandledCall> ended, Consumer<HandledCall> action) {
    for (HandledCall call : ended) {
      try {
        action.accept(call);
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "the end of " + call + " could not be carried out", e);
      }
    }
  }

  private boolean end(Long contextId, Cancellation why, CalleeControl by, List<HandledCall> ended) {
    boolean[] found = new boolean[1];
    calls.forEachNamed(
        contextId,
        call -> {
          if (call.endsOver(this, why, by)) {
            found[0] = true;
            ended.add(call);
          }
        });
    return found[0];
  }

  // Reasons that came first.

  private void keepEarly(Early reason) {
    counters.count(Event.REASONS_EARLY);
    synchronized (early) {
      forgetOld(reason.nanos);
      if (early.putIfAbsent(reason.contextId, reason) == null) {
        earlyByAge.addLast(reason);
        someEarly = true;
      }
    }
  }

  private void forgetOld(long now) {
    for (Iterator<Early> all = earlyByAge.iterator(); all.hasNext(); ) {
      Early oldest = all.next();
      boolean old = now - oldest.nanos > EARLY_NANOS;
      if (!old && earlyByAge.size() < MAX_EARLY) {
        return;
      }
      all.remove();
      if (early.remove(oldest.contextId, oldest) && !old) {
        counters.count(Event.REASONS_FORGOTTEN);
      }
    }
  }

  private @Nullable Early takeEarly(long contextId) {
    synchronized (early) {
      forgetOld(System.nanoTime());
      Early taken = early.remove(contextId);
      if (early.isEmpty()) {
        earlyByAge.clear();
        someEarly = false;
      }
      return taken;
    }
  }

  int earlyCount() {
    synchronized (early) {
      return early.size();
    }
  }

  // Control streams: one is usual, another may begin while one ends.

  void atNextLook(Runnable work) {
    resets.atNextLook(work);
  }

  boolean admitsControl() {
    if (controlStreams.incrementAndGet() <= MAX_CONTROL_STREAMS) {
      return true;
    }
    controlStreams.decrementAndGet();
    return false;
  }

  /** A control stream has said Hello. */
  void controlBegins() {
    tellsReasons = true;
  }

  void controlEnded() {
    if (controlStreams.decrementAndGet() == 0) {
      tellsReasons = false;
    }
  }

  /** Whether the caller can say why it ends calls. */
  boolean tellsReasons() {
    return tellsReasons;
  }
}
