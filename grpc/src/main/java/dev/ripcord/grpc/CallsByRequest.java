package dev.ripcord.grpc;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds the live calls of one request without a look at any other.
 *
 * <p>Nearly every request has one call here, which then stands in the map itself and is taken out
 * again without a lock or an object beyond the map's own entry.
 */
final class CallsByRequest {

  /**
   * The calls of a request that has, or had, several at once. Changed only within the map's
   * compute, so that none is put into one that is just being dropped.
   */
  private record Several(Set<HandledCall> calls) {
    Several() {
      this(ConcurrentHashMap.newKeySet());
    }

    Several with(HandledCall call) {
      calls.add(call);
      return this;
    }
  }

  private final ConcurrentHashMap<RequestId, Object> calls =
      new ConcurrentHashMap<>(); // to a HandledCall, or to Several

  void add(HandledCall call) {
    RequestId id = call.identity().requestId();
    if (calls.putIfAbsent(id, call) != null) {
      calls.compute(id, (same, before) -> before == null ? call : several(before).with(call));
    }
  }

  private static Several several(Object calls) {
    return calls instanceof Several several ? several : new Several().with((HandledCall) calls);
  }

  void remove(HandledCall call) {
    RequestId id = call.identity().requestId();
    if (!calls.remove(id, call)) {
      calls.computeIfPresent(
          id,
          (same, now) -> {
            if (!(now instanceof Several several)) {
              return now; // another call's: this one is not here
            }
            several.calls.remove(call);
            return several.calls.isEmpty() ? null : several;
          });
    }
  }

  /** What comes or goes while they are looked through may be seen or not. */
  Iterable<HandledCall> of(RequestId id) {
    Object found = calls.get(id);
    if (found == null) {
      return Set.of();
    }
    return found instanceof Several several
        ? Collections.unmodifiableSet(several.calls)
        : Set.of((HandledCall) found);
  }

  /** How many requests have calls here. */
  int count() {
    return calls.size();
  }
}
