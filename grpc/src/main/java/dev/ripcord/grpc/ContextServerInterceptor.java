package dev.ripcord.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Puts a handler under the context that {@link CallTracer} has opened for its call. */
final class ContextServerInterceptor implements ServerInterceptor {
  private final Counters counters;

  ContextServerInterceptor(Counters counters) {
    this.counters = counters;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    HandledCall handled = GrpcContextStorage.currentCall();
    if (handled == null) {
      return next.startCall(call, headers);
    }
    ContextServerCall<Q, R> contextCall = new ContextServerCall<>(call, handled);
    handled.attach(contextCall);
    HandlerCallbacks<Q, R> callbacks = new HandlerCallbacks<>(handled, contextCall, counters);
    callbacks.start(next, headers);
    return callbacks;
  }
}
