package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection from a caller: the calls that came over it, by the names their caller gave them,
 * and the reasons that came before their call.
 */
final class CalleeConnection {
  static final Attributes.Key<CalleeConnection> KEY = Attributes.Key.create("ripcord-caller");

  private static final int MAX_CONTROL_STREAMS = 4;
  private static final int MAX_EARLY = 1024;
  private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Gives every connection of a server one of these. */
  static final class Filter extends ServerTransportFilter {
    private final Counters counters;

    Filter(Counters counters) {
      this.counters = counters;
    }

    @Override
    public Attributes transportReady(Attributes transport) {
      return transport.toBuilder().set(KEY, new CalleeConnection(counters)).build();
    }
  }

  /** A reason without a call. */
  private record Early(long contextId, Cancellation why, @Nullable CalleeControl by, long nanos) {}

  private final Counters counters;
  private final Map<Long, HandledCall> calls = new ConcurrentHashMap<>();
  // gRPC tries a call again under the same name; seldom on the same connection and at once.
  private final Map<HandledCall, Boolean> doubles = new ConcurrentHashMap<>();
  private final AtomicInteger controlStreams = new AtomicInteger();

  private final Map<Long, Early> early = new HashMap<>(); // guarded by itself
  private final Deque<Early> earlyByAge = new ArrayDeque<>(); // guarded by early
  private volatile boolean someEarly; // written under early

  private CalleeConnection(Counters counters) {
    this.counters = counters;
  }

  // Calls.

  void add(HandledCall call) {
    if (calls.putIfAbsent(call.namedByCaller(), call) != null) {
      doubles.put(call, true);
    }
    // In this order, so that of a call and its reason the later finds the earlier.
    if (someEarly) {
      Early reason = takeEarly(call.namedByCaller());
      if (reason != null) {
        call.endedByCaller(reason.why, reason.by);
        call.closeForCaller();
      }
    }
  }

  void remove(HandledCall call) {
    if (!calls.remove(call.namedByCaller(), call)) {
      doubles.remove(call);
    }
  }

  /** Ends the calls of these names; keeps the reason for those that are still to come. */
  void end(List<Long> contextIds, Cancellation why, CalleeControl by) {
    List<HandledCall> ended = new ArrayList<>(contextIds.size());
    for (long contextId : contextIds) {
      if (!end(contextId, why, by, ended)) {
        keepEarly(new Early(contextId, why, by, System.nanoTime()));
        if (end(contextId, why, by, ended)) {
          takeEarly(contextId);
        }
      }
    }
    // What these calls wait for below has been told by now. That comes first: it is the longer way.
    ended.forEach(HandledCall::closeForCaller);
  }

  private boolean end(long contextId, Cancellation why, CalleeControl by, List<HandledCall> ended) {
    HandledCall call = calls.get(contextId);
    if (call != null) {
      call.endedByCaller(why, by);
      ended.add(call);
    }
    for (HandledCall twin : doubles.keySet()) {
      if (twin.namedByCaller() == contextId) {
        twin.endedByCaller(why, by);
        ended.add(twin);
      }
    }
    return call != null;
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

  boolean admitsControl() {
    if (controlStreams.incrementAndGet() <= MAX_CONTROL_STREAMS) {
      return true;
    }
    controlStreams.decrementAndGet();
    return false;
  }

  void controlEnded() {
    controlStreams.decrementAndGet();
  }
}
