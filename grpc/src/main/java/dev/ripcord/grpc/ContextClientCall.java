package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A call that ends with its caller's context.
 *
 * <p>It listens to the context from the return of {@code start}, since gRPC cannot bear a cancel
 * meanwhile, until the call is closed or given up by its user. Nothing of it stays with the context
 * after that.
 */
final class ContextClientCall<Q, R> extends SimpleForwardingClientCall<Q, R> {
  private static final VarHandle LISTENING;

  static {
    try {
      LISTENING =
          MethodHandles.lookup()
              .findVarHandle(ContextClientCall.class, "listening", Registration.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** In place of a registration: there is nothing to listen for any more. */
  private static final Registration OVER =
      new Registration() {
        @Override
        public boolean stop() {
          return false;
        }

        @Override
        public boolean stopOrJoin() {
          return false;
        }
      };

  private final Context context;
  private final Metadata ours;
  private final OutgoingCalls.Outgoing outgoing;
  private final io.grpc.Context callers;

  // Null before start has returned; OVER in the end.
  @SuppressWarnings("UnusedVariable") // LISTENING reads and writes it
  private volatile @Nullable Registration listening;

  private volatile @Nullable Cancellation ended; // set once, if the context ends first
  private volatile boolean givenUp; // its user has cancelled it

  ContextClientCall(
      ClientCall<Q, R> call,
      Context context,
      Metadata ours,
      OutgoingCalls.Outgoing outgoing,
      io.grpc.Context callers) {
    super(call);
    this.context = context;
    this.ours = ours;
    this.outgoing = outgoing;
    this.callers = callers;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    ContextHeaders.merge(headers, ours);
    super.start(new ContextListener(listener), headers);
    Registration registration = context.onDone(Runnable::run, this::end);
    if (!LISTENING.compareAndSet(this, null, registration)) {
      registration.stop();
    }
  }

  @Override
  public void sendMessage(Q message) {
    unlessEnded(() -> super.sendMessage(message));
  }

  @Override
  public void halfClose() {
    unlessEnded(super::halfClose);
  }

  /**
   * gRPC objects to the use of a call that was cancelled. The user of this one has not cancelled it
   * and may not know yet; the call's listener tells.
   */
  private void unlessEnded(Runnable use) {
    if (ended != null) {
      return;
    }
    try {
      use.run();
    } catch (IllegalStateException e) {
      if (ended == null) {
        throw e;
      }
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    givenUp = true;
    // A user who gives a call up may never take its end from the queue.
    stopListening();
    super.cancel(message, cause);
  }

  private void stopListening() {
    Registration registration = (Registration) LISTENING.getAndSet(this, OVER);
    if (registration != null) {
      registration.stop();
    }
  }

  /** The context has ended: on whatever thread did that. */
  private void end(Cancellation why) {
    ended = why;
    outgoing.endedBy(why);
    super.cancel(why.toString(), null);
  }

  /** Why the context ended this call, or null if it ended by itself. */
  private @Nullable Cancellation whyEnded(Status status) {
    boolean looksEnded =
        status.getCode() == Status.Code.CANCELLED
            || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    if (!looksEnded || givenUp) {
      return null;
    }
    Cancellation told = ended;
    // gRPC's timer may be ahead of ours.
    return told == null ? context.cancellation() : told;
  }

  /**
   * Calls back under the caller's io.grpc.Context; gRPC would take the one the call was created
   * under.
   */
  private final class ContextListener extends ClientCall.Listener<R> {
    private final ClientCall.Listener<R> listener;

    ContextListener(ClientCall.Listener<R> listener) {
      this.listener = listener;
    }

    @Override
    public void onHeaders(Metadata headers) {
      callers.run(() -> listener.onHeaders(headers));
    }

    @Override
    public void onMessage(R message) {
      callers.run(() -> listener.onMessage(message));
    }

    @Override
    public void onReady() {
      callers.run(listener::onReady);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      stopListening();
      Cancellation why = whyEnded(status);
      if (why != null) {
        outgoing.endedBy(why);
      }
      Status told = why == null ? status : CancellationStatus.ofCaller(why);
      callers.run(() -> listener.onClose(told, trailers));
    }
  }
}
