package dev.ripcord.grpc;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The calls being handled now, by the names their callers gave them. A name tells nothing of who
 * may use it: that is for the connection to say.
 *
 * <p>Calls come and go far more often than somebody asks for a request, so those of one request are
 * found by a walk over all. Whoever walks holds nobody up: what comes or goes meanwhile may be seen
 * or not.
 */
final class LiveCalls implements Iterable<HandledCall> {
  private final ConcurrentHashMap<Long, HandledCall> first = new ConcurrentHashMap<>();
  // gRPC tries a call again under the same name, seldom at once; and anybody may take any name.
  private final Map<HandledCall, Boolean> others = new ConcurrentHashMap<>();

  void add(HandledCall call) {
    if (first.putIfAbsent(call.namedByCaller(), call) != null) {
      others.put(call, true);
    }
  }

  /** False if it was not there. */
  boolean remove(HandledCall call) {
    return first.remove(call.namedByCaller(), call) || others.remove(call) != null;
  }

  boolean isEmpty() {
    return first.isEmpty() && others.isEmpty();
  }

  int count() {
    return first.size() + others.size();
  }

  void forEachNamed(Long name, Consumer<HandledCall> action) {
    HandledCall call = first.get(name);
    if (call != null) {
      action.accept(call);
    }
    if (!others.isEmpty()) {
      for (HandledCall other : others.keySet()) {
        if (other.namedByCaller().equals(name)) {
          action.accept(other);
        }
      }
    }
  }

  /** Those of one request. */
  List<HandledCall> of(RequestId requestId) {
    List<HandledCall> calls = new ArrayList<>();
    for (HandledCall call : this) {
      if (call.identity().requestId().equals(requestId)) {
        calls.add(call);
      }
    }
    return calls;
  }

  @Override
  public Iterator<HandledCall> iterator() {
    return Stream.concat(first.values().stream(), others.keySet().stream()).iterator();
  }
}
