package dev.ripcord.grpc;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The calls being handled now, by the names their callers gave them and by their requests. A name
 * tells nothing of who may use it: that is for the connection to say.
 *
 * <p>Whoever walks over them holds nobody up: what comes or goes meanwhile may be seen or not.
 */
final class LiveCalls implements Iterable<HandledCall> {
  private final ConcurrentHashMap<Long, HandledCall> first = new ConcurrentHashMap<>();
  // gRPC tries a call again under the same name, seldom at once; and anybody may take any name.
  private final Map<HandledCall, Boolean> others = new ConcurrentHashMap<>();
  private final CallsByRequest byRequest = new CallsByRequest();

  void add(HandledCall call) {
    byRequest.add(call);
    if (first.putIfAbsent(call.namedByCaller(), call) != null) {
      others.put(call, true);
    }
  }

  /** False if it was not there. */
  boolean remove(HandledCall call) {
    byRequest.remove(call);
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
  Iterable<HandledCall> of(RequestId requestId) {
    return byRequest.of(requestId);
  }

  /** How many requests they belong to. */
  int requests() {
    return byRequest.count();
  }

  @Override
  public Iterator<HandledCall> iterator() {
    return Stream.concat(first.values().stream(), others.keySet().stream()).iterator();
  }
}
