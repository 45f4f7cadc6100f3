package dev.ripcord.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The calls being handled now, by the names their callers gave them. A name tells nothing of who
 * may use it: that is for the connection to say.
 */
final class NamedCalls {
  private final Map<Long, HandledCall> first = new ConcurrentHashMap<>();
  // gRPC tries a call again under the same name, seldom at once; and anybody may take any name.
  private final Map<HandledCall, Boolean> others = new ConcurrentHashMap<>();

  void add(HandledCall call) {
    if (first.putIfAbsent(call.namedByCaller(), call) != null) {
      others.put(call, true);
    }
  }

  void remove(HandledCall call) {
    if (!first.remove(call.namedByCaller(), call)) {
      others.remove(call);
    }
  }

  void forEach(long name, Consumer<HandledCall> action) {
    HandledCall call = first.get(name);
    if (call != null) {
      action.accept(call);
    }
    if (!others.isEmpty()) {
      for (HandledCall other : others.keySet()) {
        if (other.namedByCaller() == name) {
          action.accept(other);
        }
      }
    }
  }
}
