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
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that ends with its caller's context.
 *
 * <p>When the context ends, the caller hears it at once, the callee is told why, and the streams
 * are reset a moment later; where the callee cannot be told, they are reset at once.
 *
 * <p>It listens to the context from the return of {@code start}, since gRPC cannot bear a cancel
 * meanwhile, until the call is closed or given up by its user. Nothing of it stays with the context
 * after that.
 */
final class ContextClientCall<Q, R> extends SimpleForwardingClientCall<Q, R>
    implements LocalEnds.Endable, Resets.Resettable, Consumer<Cancellation> {
  private static final VarHandle LISTENING;
  private static final VarHandle TURN;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LISTENING = lookup.findVarHandle(ContextClientCall.class, "listening", Registration.class);
      TURN = lookup.findVarHandle(ContextClientCall.ContextListener.class, "turn", int.class);
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

  private static final long OVERLOOKED_MILLIS = 20;

  // What the listener is told is made in whyEnded; this goes nowhere.
  private static final String ENDED = "the caller's context has ended";

  private final Context context;
  private final ContextHeaders codec;
  private final byte[] identity; // for the header
  private final OutgoingCalls.@Nullable Outgoing outgoing; // null at the edge
  private final io.grpc.Context callers;
  private final CallStreams streams;
  private final Resets resets;

  // Null before start has returned; OVER in the end.
  @SuppressWarnings("UnusedVariable") // LISTENING reads and writes it
  private volatile @Nullable Registration listening;

  private @Nullable ContextListener listener; // set once, by start
  private volatile @Nullable Cancellation ended; // set once, if the context ends first
  private volatile CallerControl.@Nullable Ended told; // set once, if its callee could be told
  private volatile boolean over; // gRPC has closed it
  private volatile boolean endedHere; // and is to be reset later
  private volatile boolean givenUp; // its user has cancelled it

  ContextClientCall(
      ClientCall<Q, R> call,
      Context context,
      ContextHeaders codec,
      byte[] identity,
      OutgoingCalls.@Nullable Outgoing outgoing,
      io.grpc.Context callers,
      CallStreams streams,
      Resets resets) {
    super(call);
    this.context = context;
    this.codec = codec;
    this.identity = identity;
    this.outgoing = outgoing;
    this.callers = callers;
    this.streams = streams;
    this.resets = resets;
  }

  @Override
  public void start(Listener<R> responses, Metadata headers) {
    codec.write(identity, context, headers);
    if (outgoing != null) {
      outgoing.started();
    }
    ContextListener own = new ContextListener(responses);
    listener = own;
    streams.starting();
    super.start(own, headers);
    streams.started();
    Registration registration = context.onDone(Runnable::run, this);
    if (!LISTENING.compareAndSet(this, null, registration)) {
      registration.stop();
    }
  }

  // What its user sends after the end goes nowhere.

  @Override
  public void sendMessage(Q message) {
    if (ended == null) {
      try {
        super.sendMessage(message);
      } catch (IllegalStateException e) {
        unlessEnded(e);
      }
    }
  }

  @Override
  public void halfClose() {
    if (ended == null) {
      try {
        super.halfClose();
      } catch (IllegalStateException e) {
        unlessEnded(e);
      }
    }
  }

  /**
   * gRPC objects to the use of a call that was cancelled. The user of this one has not cancelled it
   * and may not know yet; the call's listener tells.
   */
  private void unlessEnded(IllegalStateException objection) {
    if (ended == null) {
      throw objection;
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    if (endedHere) {
      // Blocking stubs cancel what has failed. The reset is seen to, and must not come first.
      return;
    }
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
  @Override
  public void accept(Cancellation why) {
    if (over) {
      return;
    }
    ended = why;
    shownAsEndedBy(why);
    CallerControl.Ended to = streams.tell(why, CallIdentity.of(context));
    if (to == null) {
      boolean between = streams.areBetweenTries();
      super.cancel(ENDED, null);
      if (between) {
        resets.later(this::endUnlessOver, OVERLOOKED_MILLIS);
      }
      return;
    }
    told = to;
    endedHere = true;
    // Threads that are woken first take the processor from what tells the callee.
    if (streams.haveAnExecutor()) {
      to.thenWake(this);
    } else {
      to.thenEndHere(this);
    }
    resets.expect(this);
  }

  /** What its callee is told has perhaps not gone out yet. */
  @Override
  public void endHereAnyway() {
    CallerControl.Ended to = told;
    if (to != null) {
      to.endHereNow(this);
    }
  }

  @Override
  public void endHere(Executor channels) {
    boolean heard =
        Objects.requireNonNull(listener)
            .endHere(Objects.requireNonNull(ended), streams.executorOr(channels));
    if (!heard) {
      cannotEndHere();
    }
  }

  @Override
  public void cannotEndHere() {
    endedHere = false;
    super.cancel(ENDED, null);
  }

  /** gRPC overlooks a cancel that comes while it plans the next try, until that begins. */
  private void endUnlessOver() {
    if (!over) {
      endHere(work -> context.onDone(why -> work.run()));
    }
  }

  private void shownAsEndedBy(Cancellation why) {
    if (outgoing != null) {
      outgoing.endedBy(why);
    }
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public boolean isOpen() {
    return streams.areOpen();
  }

  @Override
  public boolean mayReset() {
    return streams.mayReset();
  }

  @Override
  public void reset() {
    super.cancel(ENDED, null);
  }

  /** Why the context ended this call, or null if it ended by itself. */
  private @Nullable Cancellation whyEnded(Status status) {
    if (endedHere) {
      // It has been given up; what comes now, be it an answer, comes too late.
      return ended;
    }
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
   * under. The end comes from gRPC or from the context: the one callback at a time that gRPC
   * promises, and the one end, are seen to by {@link #turn}.
   */
  private final class ContextListener extends ClientCall.Listener<R> {
    private static final int FREE = 0;
    private static final int BUSY = 1; // gRPC calls back
    private static final int END_WAITS = 2; // it does, and the context's end comes next
    private static final int CLOSED = 3;

    private final ClientCall.Listener<R> responses;
    private volatile int turn = FREE;

    ContextListener(ClientCall.Listener<R> responses) {
      this.responses = responses;
    }

    @Override
    public void onHeaders(Metadata headers) {
      if (enter()) {
        io.grpc.Context before = callers.attach();
        try {
          responses.onHeaders(headers);
        } finally {
          callers.detach(before);
          leave();
        }
      }
    }

    @Override
    public void onMessage(R message) {
      if (enter()) {
        io.grpc.Context before = callers.attach();
        try {
          responses.onMessage(message);
        } finally {
          callers.detach(before);
          leave();
        }
      }
    }

    @Override
    public void onReady() {
      if (enter()) {
        io.grpc.Context before = callers.attach();
        try {
          responses.onReady();
        } finally {
          callers.detach(before);
          leave();
        }
      }
    }

    /** False if the call has ended for its caller, who perhaps has not heard yet. */
    private boolean enter() {
      return ended == null && TURN.compareAndSet(this, FREE, BUSY);
    }

    private void leave() {
      if (!TURN.compareAndSet(this, BUSY, FREE)) {
        turn = CLOSED;
        close(Objects.requireNonNull(ended));
      }
    }

    /** Ends the call for its caller, now or after the callback that runs; false if it cannot. */
    boolean endHere(Cancellation why, Executor executor) {
      if (TURN.compareAndSet(this, FREE, CLOSED)) {
        return closeOn(executor, why);
      }
      // Else it has been closed meanwhile, or is free again.
      return TURN.compareAndSet(this, BUSY, END_WAITS)
          || (TURN.compareAndSet(this, FREE, CLOSED) && closeOn(executor, why))
          || turn == CLOSED;
    }

    private boolean closeOn(Executor executor, Cancellation why) {
      try {
        executor.execute(() -> close(why));
        return true;
      } catch (RejectedExecutionException e) {
        turn = FREE;
        return false;
      }
    }

    private void close(Cancellation why) {
      streams.over();
      stopListening();
      tellOfEnd(CancellationStatus.ofCaller(why), new Metadata());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      over = true;
      stopListening();
      if (!TURN.compareAndSet(this, FREE, CLOSED)) {
        return;
      }
      Cancellation why = whyEnded(status);
      if (why != null) {
        shownAsEndedBy(why);
      }
      Status told =
          why == null
              ? CancellationStatus.withCause(status, trailers)
              : CancellationStatus.ofCaller(why);
      tellOfEnd(told, trailers);
    }

    private void tellOfEnd(Status status, Metadata trailers) {
      io.grpc.Context before = callers.attach();
      try {
        responses.onClose(status, trailers);
      } finally {
        callers.detach(before);
      }
    }
  }
}
