package dev.ripcord.grpc;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call being handled here: its context, and how far its handler is.
 *
 * <p>It is <em>ended</em> when its context is, and <em>stopped</em> when the handler has returned.
 * A handler has returned when its call is over (closed by the handler, by us, or gone) and none of
 * its callbacks runs. A handler that works on after its callbacks have returned, on threads of its
 * own, is known to have returned when it closes the call; if the call is over before that, gRPC
 * tells nobody what such a handler still does.
 *
 * <pre>
 *   tracer: opened ──► callbacks enter, leave ──► closed by the handler ──┐
 *                          │                                              ├──► stopped: scope closed, forgotten
 *                          └──► context ends: by the transport, a deadline, a cancel ──┘ once no callback runs
 * </pre>
 */
final class HandledCall implements Consumer<Cancellation> {
  private static final int RUNNING = 1; // a callback runs
  private static final int CLOSING = 2; // the handler has closed the call, or failed
  private static final int OVER = 4; // nothing more is to come of the call
  private static final int STOPPED = 8;

  /** What a caller says of a reset arrives with it, or just after. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private static final VarHandle PHASE;
  private static final VarHandle CANCELLATION;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PHASE = lookup.findVarHandle(HandledCall.class, "phase", int.class);
      CANCELLATION = lookup.findVarHandle(HandledCall.class, "cancellation", Cancellation.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Why it ends if it came over that connection. */
  private record Kept(CalleeConnection over, Cancellation why, CalleeControl by) {}

  private final Calls calls;
  private final CallIdentity identity;
  private final CancelScope scope;
  private final long openedNanos = System.nanoTime();
  private final @Nullable Duration granted;
  private final Long namedByCaller;

  private volatile int phase;
  private volatile @Nullable Cancellation
      cancellation; // set once, if the context ends before the handler has returned
  private volatile long endedNanos; // set just before cancellation
  private volatile @Nullable Registration listening; // set once, by listen
  private volatile @Nullable ContextServerCall<?, ?>
      call; // set once, when the call has reached our interceptor
  private volatile @Nullable Thread runner; // the thread of the callback that runs
  private volatile @Nullable SocketAddress peer; // set once, before the interceptors
  private volatile boolean gone; // set when the transport has ended the call
  private volatile boolean overdue; // set once, by the watch
  private volatile @Nullable CalleeConnection connection; // set once, before the interceptors
  private volatile @Nullable Kept kept; // until the connection is known
  private volatile boolean endsForCaller; // between endedByCaller and allTold
  private volatile @Nullable CalleeControl by; // set before endsForCaller

  HandledCall(
      Calls calls,
      CallIdentity identity,
      Context values,
      @Nullable Duration asked,
      @Nullable Duration granted,
      long namedByCaller) {
    this.calls = calls;
    this.identity = identity;
    this.granted = granted;
    this.namedByCaller = namedByCaller;
    Context parent = identity.in(values);
    this.scope = granted == null ? parent.withCancel() : timed(parent, granted.equals(asked));
  }

  private CancelScope timed(Context parent, boolean asAsked) {
    Deadline deadline = Deadline.after(Objects.requireNonNull(granted));
    return asAsked && identity.inherits(deadline)
        ? parent.withDeadlineFrom(deadline, this::struck)
        : parent.withDeadline(deadline);
  }

  /** The caller's deadline has. */
  private Cancellation struck(Cancellation plain) {
    return identity.deadlineWay().struck(plain, calls.self());
  }

  Context context() {
    return scope.context();
  }

  CallIdentity identity() {
    return identity;
  }

  boolean isEnded() {
    return context().isDone();
  }

  // What happens to it, in this order.

  /** It is known from now on, and hears of its end. */
  void open() {
    Cancellation before = calls.add(this);
    if (before != null) {
      scope.cancel(before);
    }
    listening = context().onDone(Runnable::run, this);
  }

  /** Its context has ended. */
  @Override
  public void accept(Cancellation why) {
    ended(why);
  }

  void accepted(Attributes attributes) {
    peer = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    CalleeConnection over = attributes.get(CalleeConnection.KEY);
    if (over != null) {
      connection = over;
      over.accept(this);
      Kept reason = kept;
      if (reason != null && reason.over == over) {
        endedByCaller(reason.why, reason.by);
        allTold();
      }
    }
  }

  /**
   * Somebody tells over this connection why the call ends. Heeded if the call came over it; if that
   * is not known yet, as soon as it is. False if it came over another.
   */
  boolean endsOver(CalleeConnection over, Cancellation why, CalleeControl control) {
    CalleeConnection ours = connection;
    if (ours == null) {
      kept = new Kept(over, why, control);
      ours = connection;
    }
    if (ours == over) {
      endedByCaller(why, control);
    }
    return ours == null || ours == over;
  }

  /**
   * Its caller has told why it ends. {@link #allTold} comes after, when all calls that ended
   * together have told their callees, and {@link #closeAtLast} a moment after that.
   */
  void endedByCaller(Cancellation why, @Nullable CalleeControl control) {
    by = control;
    endsForCaller = true;
    scope.cancel(why);
  }

  boolean isEndedByCaller() {
    return by != null;
  }

  /**
   * The rest of an end that its caller has told us of. gRPC tells a handler of it when the call is
   * closed, or when its callback has returned: so where one runs, closing waits for that. More than
   * once does no harm.
   */
  void allTold() {
    // Before the look at the cancellation, which is set before this is looked at.
    endsForCaller = false;
    if (cancellation != null) {
      over();
      if ((phase & RUNNING) == 0) {
        close();
      } else {
        endGrpcContext();
      }
    }
  }

  /** The caller's stream is not kept open by a handler that goes on, nor by one that is done. */
  void closeAtLast() {
    close();
    ContextServerCall<?, ?> serverCall = call;
    if (serverCall != null) {
      serverCall.endAtLast();
    }
  }

  private void close() {
    endGrpcContext();
    ContextServerCall<?, ?> serverCall = call;
    Cancellation why = cancellation;
    if (serverCall != null && why != null) {
      serverCall.endedBy(why);
    }
  }

  /** Before the call is closed, or gRPC ends it then without a cause. */
  private void endGrpcContext() {
    ContextServerCall<?, ?> serverCall = call;
    Cancellation why = cancellation;
    if (serverCall != null && why != null && !gone) {
      serverCall.endGrpcContext(why);
    }
  }

  /**
   * The call has reached the interceptor; if the context has ended meanwhile the call is closed at
   * once.
   */
  void attach(ContextServerCall<?, ?> serverCall) {
    call = serverCall;
    Cancellation why = cancellation;
    if (why != null && !gone) {
      serverCall.endedBy(why);
    }
  }

  /** A callback begins on this thread. gRPC runs those of one call one after the other. */
  void enter() {
    runner = Thread.currentThread();
    PHASE.getAndBitwiseOr(this, RUNNING);
  }

  /** It has returned. */
  void leave() {
    runner = null;
    // Of this and allTold() the later sees what the earlier has done.
    if ((advance(0, RUNNING) & OVER) != 0 && isEndedByCaller()) {
      close();
    }
  }

  /**
   * The handler is about to close the call. If its context has ended, that is the answer, even when
   * nobody has told us yet: a handler may have learned of a deadline from its own callee before our
   * timer runs, or be cutting its answer short because it saw the end.
   */
  void answering() {
    Cancellation why = context().cancellation();
    if (why != null) {
      ended(why);
      ContextServerCall<?, ?> serverCall = call;
      if (serverCall != null && isEndedByCaller()) {
        endGrpcContext();
        serverCall.endLater(why);
      } else {
        close();
      }
    }
  }

  /**
   * The handler closes the call, or has failed so that gRPC will: whatever the stream reports now
   * is the answer's doing.
   */
  void closing() {
    PHASE.getAndBitwiseOr(this, CLOSING);
  }

  /** The handler has closed the call. */
  void closed() {
    advance(CLOSING | OVER, 0);
  }

  /** The handler was not begun, the context being done. */
  void skipped() {
    // The transport may be waiting for the caller to say why.
    Registration unused = context().onDone(Runnable::run, why -> calls.skipped(this));
  }

  /** The handler has answered, and is not heard any more. */
  void answersInVain() {
    if (isStopped() && cancellation != null) {
      calls.overdueWatch().answersLate(this);
    }
  }

  /** Somebody ends it by its id. */
  void cancel(Cancellation why) {
    scope.cancel(why);
  }

  /** The stream has closed; the transport tells how, on its own thread. */
  void streamClosed(Status status) {
    ContextServerCall<?, ?> serverCall = call;
    if (serverCall != null) {
      serverCall.streamClosed();
    }
    if ((phase & CLOSING) != 0) {
      closed();
      return;
    }
    CalleeConnection over = connection;
    if (over != null && over.tellsReasons() && StreamEnd.isUnclear(status, timeLeft(), granted)) {
      // It may be the caller's deadline. The caller says so in a moment, if it is.
      gone = true;
      Runnable unused = calls.background().later(PATIENCE, () -> streamEnded(StreamEnd.canceled()));
      return;
    }
    Cancellation why = StreamEnd.of(status, timeLeft(), granted, call != null);
    if (why == null) {
      closed();
    } else {
      streamEnded(why);
    }
  }

  private @Nullable Duration timeLeft() {
    Deadline deadline = context().deadline();
    return deadline == null ? null : deadline.remaining();
  }

  private void streamEnded(Cancellation why) {
    if ((phase & OVER) != 0) {
      return;
    }
    gone = true;
    scope.cancel(originated(why));
    Cancellation first = context().cancellation();
    ended(first == null ? why : first);
  }

  /**
   * The context has ended before the handler had returned. Comes from the context, and from the
   * stream's end.
   */
  private void ended(Cancellation first) {
    endedNanos = cancellation == null ? System.nanoTime() : endedNanos;
    Cancellation why = originated(first);
    if (!CANCELLATION.compareAndSet(this, null, why)) {
      return;
    }
    calls.ended(this);
    if (!endsForCaller) {
      hasEnded();
    }
  }

  /** The rest of it, once everything below has been told. More than once does no harm. */
  private void hasEnded() {
    close();
    over();
  }

  /** Nothing more is to come of the call. */
  private void over() {
    advance(OVER, 0);
    if ((phase & RUNNING) != 0) {
      calls.overdueWatch().expectReturn();
    }
  }

  /**
   * Sets and clears bits; whoever sees the call over and no callback running first has stopped it.
   * Returns what there is then.
   */
  private int advance(int set, int clear) {
    while (true) {
      int before = phase;
      int after = (before | set) & ~clear;
      boolean stops = (after & OVER) != 0 && (after & (RUNNING | STOPPED)) == 0;
      if (PHASE.compareAndSet(this, before, stops ? after | STOPPED : after)) {
        if (stops) {
          stop();
        }
        return after;
      }
    }
  }

  /**
   * With where it began and the way it came, as far as that is known: what a caller did that says
   * who it is began at the caller.
   */
  private Cancellation originated(Cancellation why) {
    if (why.origin() != null) {
      return why.path().isEmpty() ? WireCancellation.passedOnBy(calls.self(), why) : why;
    }
    if (why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED && identity.inheritsDeadline()) {
      return struck(why);
    }
    boolean callers =
        why.reason().hasCodeOf(Reason.CLIENT_CANCELED)
            || why.reason().hasCodeOf(Reason.CONNECTION_LOST);
    Cancellation.Origin caller = gone && callers ? identity.callersOrigin() : null;
    return WireCancellation.passedOnBy(
        calls.self(),
        caller == null
            ? why.withOrigin(calls.originFor(identity))
            : WireCancellation.by(caller, why));
  }

  /** {@code why} as the caller is told. */
  Cancellation passedOn(Cancellation why) {
    return WireCancellation.passedOnBy(calls.self(), originated(why));
  }

  private void stop() {
    long now = System.nanoTime();
    Registration registration = listening;
    if (registration != null) {
      registration.stop();
    }
    scope.close();
    ContextServerCall<?, ?> serverCall = call;
    if (serverCall != null) {
      serverCall.handlerReturned();
    }
    calls.remove(this, now);
    if (cancellation != null) {
      calls.stopped(this, now - endedNanos);
    }
    CalleeControl control = by;
    if (control != null) {
      control.stopped(namedByCaller);
    }
  }

  // What is shown of it.

  long openedNanos() {
    return openedNanos;
  }

  long endedNanos() {
    return cancellation == null ? 0 : endedNanos;
  }

  /**
   * The time left to the deadline: when the context ended, if it has, else now. Null without a
   * deadline.
   */
  @Nullable Duration remaining() {
    Deadline deadline = context().deadline();
    if (deadline == null) {
      return null;
    }
    Duration now = deadline.remaining();
    return cancellation == null ? now : now.plusNanos(System.nanoTime() - endedNanos);
  }

  @Nullable Cancellation cancellation() {
    return cancellation;
  }

  /**
   * Whether the context ended before the handler had returned, though the call may still be open.
   */
  boolean hasEndedUnderHandler() {
    return cancellation != null;
  }

  Long namedByCaller() {
    return namedByCaller;
  }

  @Nullable SocketAddress peer() {
    return peer;
  }

  @Nullable Thread runner() {
    return runner;
  }

  boolean isClosing() {
    return (phase & CLOSING) != 0;
  }

  /** Whether the transport has ended the call. */
  boolean isGone() {
    return gone;
  }

  boolean isStopped() {
    return (phase & STOPPED) != 0;
  }

  boolean isOverdue() {
    return overdue;
  }

  void setOverdue() {
    overdue = true;
  }

  /** Only once its context is done. */
  EndedWork asEndedWork() {
    Cancellation why = cancellation == null ? context().cancellation() : cancellation;
    return new EndedWork(
        EndedWork.Kind.HANDLER, identity.method(), identity, Objects.requireNonNull(why));
  }

  @Override
  public String toString() {
    return Objects.toString(identity);
  }
}
