package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.ContextException;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one call: known to run while they run, skipped when their context has ended. A
 * handler may simply throw its context's exception.
 */
final class HandlerCallbacks<Q, R> extends ServerCall.Listener<Q> {
  private static final Logger LOG = System.getLogger(HandlerCallbacks.class.getName());

  private final HandledCall handled;
  private final ContextServerCall<Q, R> call;
  private final Counters counters;
  private ServerCall.@Nullable Listener<Q>
      handler; // set once, by start, before any other callback; null if start failed

  // Whether the method that handles the call was. With one message from the caller it is when that
  // is complete. Of gRPC's callbacks, one at a time.
  private boolean begun;

  HandlerCallbacks(HandledCall handled, ContextServerCall<Q, R> call, Counters counters) {
    this.handled = handled;
    this.call = call;
    this.counters = counters;
  }

  void start(ServerCallHandler<Q, R> next, Metadata headers) {
    if (handled.isEnded()) {
      skipped();
      return;
    }
    begun = !call.getMethodDescriptor().getType().clientSendsOneMessage();
    io.grpc.Context before = enter();
    try {
      handler = next.startCall(call, headers);
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      leave(before);
    }
  }

  @Override
  public void onMessage(Q message) {
    ServerCall.Listener<Q> listener = handler;
    if (listener == null || handled.isEnded()) {
      return;
    }
    io.grpc.Context before = enter();
    try {
      listener.onMessage(message);
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      leave(before);
    }
  }

  @Override
  public void onHalfClose() {
    if (!handled.isEnded()) {
      begun = true;
      during(ServerCall.Listener::onHalfClose);
    }
  }

  @Override
  public void onReady() {
    if (!handled.isEnded()) {
      during(ServerCall.Listener::onReady);
    }
  }

  @Override
  public void onCancel() {
    skippedUnlessBegun();
    during(ServerCall.Listener::onCancel);
  }

  @Override
  public void onComplete() {
    // To gRPC the call is complete when it was closed; the handler did not complete it if we
    // closed it.
    if (call.isClosedForContext()) {
      skippedUnlessBegun();
      during(ServerCall.Listener::onCancel);
    } else {
      during(ServerCall.Listener::onComplete);
    }
  }

  private void skippedUnlessBegun() {
    if (!begun && handler != null) {
      skipped();
    }
  }

  private void skipped() {
    begun = true; // as good as
    handled.skipped();
  }

  /** {@code callback} captures nothing: these run for every call. */
  private void during(Consumer<ServerCall.Listener<Q>> callback) {
    ServerCall.Listener<Q> listener = handler;
    if (listener == null) {
      return;
    }
    io.grpc.Context before = enter();
    try {
      callback.accept(listener);
    } catch (RuntimeException e) {
      failed(e);
    } finally {
      leave(before);
    }
  }

  private io.grpc.Context enter() {
    io.grpc.Context before = call.attach();
    handled.enter();
    return before;
  }

  private void leave(io.grpc.Context before) {
    handled.leave();
    call.detach(before);
  }

  private void failed(RuntimeException failure) {
    if (handled.isEnded() || (failure instanceof ContextException && handled.isClosing())) {
      counters.count(Event.FAILURES_AFTER_END);
      handled.answering();
      LOG.log(Level.DEBUG, text(failure), failure);
    } else if (failure instanceof ContextException ended) {
      Cancellation why = ended.cancellation();
      Status status = CancellationStatus.ofCallee(why);
      call.close(status, CancellationStatus.trailers(status, handled.passedOn(why)));
    } else {
      // gRPC closes the call, and logs.
      handled.closing();
      handled.closed();
      throw failure;
    }
  }

  private Supplier<String> text(RuntimeException failure) {
    return () -> "handler of " + handled + " after its context's end: " + failure;
  }
}
