package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A call that may be closed from two sides: by its handler, and by the end of its context. gRPC's
 * own call must be used by one thread at a time, so the two take turns; what the handler still
 * sends after the context's end is dropped.
 */
final class ContextServerCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private static final int OPEN = 0;
  private static final int HANDLER_SENDS = 1; // the handler is inside gRPC's call
  private static final int END_WAITS =
      2; // it is, and closes the call for the context when it comes out
  private static final int CLOSED = 3;

  private final HandledCall handled;
  // Whoever listens to io.grpc.Context in the handler, or calls through a channel without Ripcord,
  // hears of the end by this.
  private final io.grpc.Context.CancellableContext grpcContext =
      io.grpc.Context.current().withCancellation();
  private final AtomicInteger turn = new AtomicInteger(OPEN);
  private volatile @Nullable Cancellation
      endedBy; // set once, before the call is to be closed for it
  private volatile boolean closedForContext; // set once, when it is

  ContextServerCall(ServerCall<Q, R> call, HandledCall handled) {
    super(call);
    this.handled = handled;
  }

  io.grpc.Context grpcContext() {
    return grpcContext;
  }

  // The handler's side.

  @Override
  public void sendHeaders(Metadata headers) {
    send(() -> super.sendHeaders(headers));
  }

  @Override
  public void sendMessage(R message) {
    send(() -> super.sendMessage(message));
  }

  @Override
  public void close(Status status, Metadata trailers) {
    handled.answering();
    handled.closing();
    try {
      send(
          () -> {
            turn.set(CLOSED);
            super.close(status, trailers);
          });
    } finally {
      handled.closed();
    }
  }

  @Override
  public boolean isCancelled() {
    return endedBy != null || super.isCancelled();
  }

  @Override
  public boolean isReady() {
    return endedBy == null && super.isReady();
  }

  private void send(Runnable action) {
    if (!turn.compareAndSet(OPEN, HANDLER_SENDS)) {
      // Ended; or closed before, which gRPC has its own answer to.
      if (endedBy == null) {
        action.run();
      }
      return;
    }
    try {
      action.run();
    } finally {
      if (!turn.compareAndSet(HANDLER_SENDS, OPEN) && turn.compareAndSet(END_WAITS, CLOSED)) {
        closeFor(Objects.requireNonNull(endedBy));
      }
    }
  }

  // The context's side.

  /**
   * The context has ended; the call is closed for it if {@code close}, else the transport has seen
   * to that.
   */
  void contextEnded(Cancellation why, boolean close) {
    if (close) {
      endedBy(why);
      grpcContext.cancel(why.toException());
    }
  }

  /** Closes the call, now or when the handler comes out of it. */
  void endedBy(Cancellation why) {
    if (turn.get() == CLOSED) {
      return;
    }
    endedBy = why;
    while (true) {
      if (turn.compareAndSet(OPEN, CLOSED)) {
        closeFor(why);
        return;
      }
      if (turn.compareAndSet(HANDLER_SENDS, END_WAITS) || turn.get() >= END_WAITS) {
        return;
      }
    }
  }

  private void closeFor(Cancellation why) {
    closedForContext = true;
    Status status = CancellationStatus.ofCallee(why);
    delegate()
        .close(
            status,
            handled.isEndedByCaller()
                // Who has told us does not wait to be told.
                ? new Metadata()
                : CancellationStatus.trailers(status, handled.passedOn(why)));
  }

  /** The handler has returned; nothing of its context is needed any more. */
  void handlerReturned() {
    grpcContext.cancel(null);
  }

  boolean isClosedForContext() {
    return closedForContext;
  }
}
