package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.ContextException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that may be closed from two sides: by its handler, and by the end of its context. gRPC's
 * own call must be used by one thread at a time, so the two take turns; what the handler still
 * sends after the context's end is dropped.
 */
final class ContextServerCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(ContextServerCall.class, "turn", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int OPEN = 0;
  private static final int HANDLER_SENDS = 1; // the handler is inside gRPC's call
  private static final int END_WAITS =
      2; // it is, and closes the call for the context when it comes out
  private static final int CLOSED = 3;
  private static final int END_DUE = 4; // the handler is done, and the end is not sent yet

  private final HandledCall handled;
  // Whoever listens to io.grpc.Context in the handler, or calls through a channel without Ripcord,
  // hears of the end by this.
  private final io.grpc.Context.CancellableContext grpcContext;
  private final boolean grpcContextIsOurs;
  private volatile int turn = OPEN;
  private volatile @Nullable Cancellation
      endedBy; // set once, before the call is to be closed for it
  private volatile boolean closedForContext; // set once, when it is
  private @Nullable R onlyAnswer; // until the call is closed; in the handler's turn

  ContextServerCall(ServerCall<Q, R> call, HandledCall handled) {
    super(call);
    this.handled = handled;
    io.grpc.Context here = io.grpc.Context.current();
    // Usually the very one that gRPC has made for the call; in any case one made for this call, or
    // it would not have been found in it. An interceptor before us may have put more on top.
    this.grpcContextIsOurs = !(here instanceof io.grpc.Context.CancellableContext);
    this.grpcContext =
        here instanceof io.grpc.Context.CancellableContext ofCall
            ? ofCall
            : here.withCancellation();
  }

  // The handler's io.grpc.Context.

  /** Returns what {@link #detach} needs. */
  io.grpc.Context attach() {
    return grpcContextIsOurs ? grpcContext.attach() : grpcContext;
  }

  void detach(io.grpc.Context before) {
    if (grpcContextIsOurs) {
      grpcContext.detach(before);
    }
  }

  /** More than once does no harm. */
  void endGrpcContext(Cancellation why) {
    if (grpcContext.isCancelled()) {
      return;
    }
    ContextException exception = why.toCause();
    boolean mistakable = Status.fromThrowable(exception).getCode() == Status.Code.DEADLINE_EXCEEDED;
    // gRPC would take a deadline's status among the causes for its own deadline, and reset.
    grpcContext.cancel(mistakable ? StoppedCalls.withoutCause(why).toCause() : exception);
  }

  /** The handler has returned; nothing of its context is needed any more. */
  void handlerReturned() {
    if (grpcContextIsOurs) {
      grpcContext.cancel(null);
    }
  }

  // The handler's side.

  @Override
  public void sendHeaders(Metadata headers) {
    if (handled.hasEndedUnderHandler()) {
      return;
    }
    boolean ours = enter();
    if (ours || endedBy == null) {
      try {
        super.sendHeaders(headers);
      } finally {
        leave(ours);
      }
    }
  }

  @Override
  public void sendMessage(R message) {
    if (handled.hasEndedUnderHandler()) {
      return;
    }
    boolean ours = enter();
    if (ours || endedBy == null) {
      try {
        if (ours && onlyAnswer == null && getMethodDescriptor().getType().serverSendsOneMessage()) {
          onlyAnswer = message;
        } else {
          sendOnlyAnswer();
          super.sendMessage(message);
        }
      } finally {
        leave(ours);
      }
    }
  }

  /**
   * gRPC sends a call's only message when the call is closed, and keeps it in a buffer until then.
   * Of a stream that the transport has ended meanwhile it would never be released, since such a
   * call is not closed again. So it does not get the message before.
   */
  private void sendOnlyAnswer() {
    R answer = onlyAnswer;
    if (answer != null) {
      onlyAnswer = null;
      super.sendMessage(answer);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    handled.answering();
    handled.closing();
    boolean ours = enter();
    try {
      if (ours || endedBy == null) {
        turn = CLOSED;
        sendOnlyAnswer();
        super.close(status, trailers);
      } else {
        handled.answersInVain();
      }
    } finally {
      handled.closed();
    }
  }

  @Override
  public boolean isCancelled() {
    return endedBy != null || handled.hasEndedUnderHandler() || super.isCancelled();
  }

  @Override
  public boolean isReady() {
    return endedBy == null && !handled.hasEndedUnderHandler() && super.isReady();
  }

  /**
   * The handler's turn. False if the call has ended, or was closed before, which gRPC has its own
   * answer to.
   */
  private boolean enter() {
    return TURN.compareAndSet(this, OPEN, HANDLER_SENDS);
  }

  private void leave(boolean ours) {
    if (ours
        && !TURN.compareAndSet(this, HANDLER_SENDS, OPEN)
        && TURN.compareAndSet(this, END_WAITS, CLOSED)) {
      closeFor(Objects.requireNonNull(endedBy));
    }
  }

  // The context's side.

  /**
   * The handler answers after its context's end, and the caller, who has told us of it, waits for
   * nothing: the end is sent by {@link #endAtLast}, with many others.
   */
  void endLater(Cancellation why) {
    endedBy = why;
    TURN.compareAndSet(this, OPEN, END_DUE);
  }

  /** Sends the end that is due. More than once does no harm. */
  void endAtLast() {
    if (TURN.compareAndSet(this, END_DUE, CLOSED)) {
      closeFor(Objects.requireNonNull(endedBy));
    }
  }

  /**
   * Closes the call, now or when the handler comes out of it, unless the transport has. In either
   * case nothing the handler sends goes out any more: on a broken stream gRPC has sent an end of
   * its own, and a second would cost the connection. More than once does no harm.
   */
  void endedBy(Cancellation why) {
    if (turn >= CLOSED) {
      return;
    }
    endedBy = why;
    while (true) {
      if (TURN.compareAndSet(this, OPEN, CLOSED)) {
        closeFor(why);
        return;
      }
      if (TURN.compareAndSet(this, HANDLER_SENDS, END_WAITS) || turn >= END_WAITS) {
        return;
      }
    }
  }

  private void closeFor(Cancellation why) {
    if (handled.isGone()) {
      return;
    }
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

  /** The transport has ended the call; what was due is not sent any more. */
  void streamClosed() {
    TURN.compareAndSet(this, END_DUE, CLOSED);
  }

  boolean isClosedForContext() {
    return closedForContext;
  }
}
