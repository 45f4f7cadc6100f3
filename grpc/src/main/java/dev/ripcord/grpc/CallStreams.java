package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one call, on whatever connections they are: one, or several where gRPC tries again
 * or hedges. Also what the call's callbacks run on, where that is known.
 */
final class CallStreams extends ClientStreamTracer.Factory implements Executor {
  private final Context context;
  private final long contextId;
  private final CalledChannel channel;
  private final @Nullable Executor callers;
  private final @Nullable Executor callbacks; // null if only gRPC knows where they run
  private volatile @Nullable One latest; // pushed under this; the others follow by `before`
  // Who is in the call's start: the streams it makes are on their way when start has returned.
  private volatile @Nullable Thread starter;
  private volatile boolean over; // the caller has been told of the end

  CallStreams(Context context, long contextId, CalledChannel channel, @Nullable Executor callers) {
    this.context = context;
    this.contextId = contextId;
    this.channel = channel;
    this.callers = callers;
    this.callbacks = callers == null ? channel.shared() : callers;
  }

  long contextId() {
    return contextId;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    synchronized (this) {
      One one =
          new One(latest, info.getPreviousAttempts() > 0, info.getCallOptions().getDeadline());
      latest = one;
      return one;
    }
  }

  /** The call's start begins, on this thread. */
  void starting() {
    starter = Thread.currentThread();
  }

  /** The call's start has returned. */
  void started() {
    starter = null;
    for (One one = latest; one != null; one = one.before) {
      CallerConnection on = one.connection;
      if (on != null && !one.late) {
        on.isUnderWay(one);
      }
    }
  }

  /** Tells the callees why the call ends, as far as they can be told; null if nobody was told. */
  CallerControl.@Nullable Ended tell(Cancellation why, @Nullable CallIdentity of) {
    CallerControl.Ended told = null;
    for (One one = latest; one != null; one = one.before) {
      CallerConnection on = one.connection;
      if (on != null && !one.closed) {
        CallerControl.Ended ended = on.tell(contextId, why, of);
        one.told = ended;
        told = ended == null ? told : ended;
      }
    }
    return told;
  }

  boolean areOpen() {
    for (One one = latest; one != null; one = one.before) {
      if (!one.closed) {
        return true;
      }
    }
    return false;
  }

  /** Whether a stream has ended and another may come, or has been made and has not begun. */
  boolean areBetweenTries() {
    One one = latest;
    return one != null && (one.closed || !one.written);
  }

  /** Whether every reset would come after what was told, and none would be one too many. */
  boolean mayReset() {
    for (One one = latest; one != null; one = one.before) {
      CallerConnection on = one.connection;
      CallerControl.Ended told = one.told;
      boolean first = told != null && !told.isTold();
      if (!one.closed && on != null && (first || !on.mayReset())) {
        return false;
      }
    }
    return true;
  }

  boolean haveAnExecutor() {
    return callers != null;
  }

  /** The executor for the call's callbacks, {@code others} if the caller has brought none. */
  Executor executorOr(Executor others) {
    return callers == null ? others : callers;
  }

  /** Whether gRPC can be given these to run the callbacks by. */
  boolean knowTheExecutor() {
    return callbacks != null;
  }

  /** The caller has heard the end: what gRPC still has to say is for us alone. */
  void over() {
    over = true;
  }

  /**
   * When the caller knows the end, what gRPC has to say is for us alone, and wakes no thread. A
   * caller that blocks has stopped running callbacks by then.
   */
  @Override
  public void execute(Runnable callback) {
    if (over || callbacks == null) {
      callback.run();
    } else {
      callbacks.execute(callback);
    }
  }

  /** One stream. Its callbacks come from the transport and from whoever starts it. */
  final class One extends ClientStreamTracer {
    private final @Nullable One before;
    private final boolean another; // a retry, which gRPC makes long before it starts it, or a hedge
    private final @Nullable Deadline deadline; // the call's, also if its context's
    private volatile @Nullable CallerConnection connection; // set once, when it has one of ours
    private volatile boolean late; // set before connection: not made by the call's start
    private volatile boolean written; // its headers are out
    private volatile boolean answered; // the callee has closed it
    private volatile boolean closed;
    private boolean left; // guarded by this; the connection counts it no more
    private volatile CallerControl.@Nullable Ended told; // set once, if its callee could be told

    One(@Nullable One before, boolean another, @Nullable Deadline deadline) {
      this.before = before;
      this.another = another;
      this.deadline = deadline;
    }

    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      CallerConnection on = transport.get(CallerConnection.KEY);
      if (on != null) {
        late = starter != Thread.currentThread();
        on.callComes();
        connection = on;
        if (closed) {
          leave(on);
        } else if (late && !another) {
          on.comesLate(this);
        }
      }
    }

    /**
     * gRPC says that a stream has ended before it says that it was made, if the call is canceled
     * while its connection comes to be; or both at the same time.
     */
    private void leave(CallerConnection on) {
      synchronized (this) {
        if (left) {
          return;
        }
        left = true;
      }
      on.callGoes(written);
    }

    /** Its message comes after its start, on whatever thread gRPC has started it. */
    @Override
    public void outboundMessage(int number) {
      CallerConnection on = connection;
      if (late && number == 0 && on != null) {
        on.isUnderWay(this);
      }
    }

    @Override
    public void outboundHeaders() {
      written = true;
      CallerConnection on = connection;
      if (on != null) {
        on.callIsOut(channel);
      }
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      answered = true;
    }

    @Override
    public void streamClosed(Status status) {
      closed = true;
      CallerConnection on = connection;
      if (on != null) {
        if (written && !answered && isOutOfTime(status)) {
          tellDeadline(on);
        }
        leave(on);
      }
    }

    /** Streams that gRPC may try again end as canceled even then. */
    private boolean isOutOfTime(Status status) {
      return status.getCode() == Status.Code.DEADLINE_EXCEEDED
          || (status.getCode() == Status.Code.CANCELLED
              && deadline != null
              && deadline.isExpired());
    }

    /** gRPC's timer was ahead of the context's, or the deadline is the call's own. */
    private void tellDeadline(CallerConnection on) {
      if (told == null && on.canTell()) {
        Cancellation why = context.cancellation();
        if (why == null || why.kind() == Cancellation.Kind.CANCELED) {
          why = Cancellation.deadlineExceeded(null);
        }
        told = on.tell(contextId, why, CallIdentity.of(context));
      }
    }

    /** Whether it has neither begun nor ended. */
    boolean isWaiting() {
      return !written && !closed;
    }
  }
}
