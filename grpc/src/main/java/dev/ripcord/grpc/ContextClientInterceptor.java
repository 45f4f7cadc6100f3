package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes every call of a channel under the caller's context. Each channel's builder has its own. */
final class ContextClientInterceptor implements ClientInterceptor {
  private final Self self;
  private final byte[] names; // of self, as they go out with every call
  private final ContextHeaders codec;
  private final Duration hopReserve;
  private final Resets resets;
  private volatile @Nullable CalledChannel called; // another for each channel that is built

  ContextClientInterceptor(Self self, ContextHeaders codec, Duration hopReserve, Resets resets) {
    this.self = self;
    this.names = CallerIdentity.names(self.service(), self.instance());
    this.codec = codec;
    this.hopReserve = hopReserve;
    this.resets = resets;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Context given = options.getOption(Ripcord.CONTEXT);
    io.grpc.Context here = io.grpc.Context.current();
    Context context = given == null ? Context.current() : given;
    Cancellation done = context.cancellation();
    if (done != null) {
      return new DoneClientCall<>(context, done, options.getExecutor(), here);
    }
    CallIdentity parent = CallIdentity.of(context);
    CallOptions timed = withDeadline(options, context);
    boolean underContexts = timed != options;
    long contextId = ContextIds.next();
    byte[] identity =
        identity(context, parent, contextId, underContexts ? context.deadline() : null);
    OutgoingCalls.Outgoing outgoing =
        parent == null ? null : parent.calls().calling(contextId, method.getFullMethodName());
    boolean ours = given != null || GrpcContextStorage.isBoundIn(here);
    CallStreams streams = new CallStreams(context, contextId, called(next), options.getExecutor());
    CallOptions underContext = timed.withStreamTracerFactory(streams);
    ClientCall<Q, R> call =
        newCall(
            method,
            streams.knowTheExecutor() ? underContext.withExecutor(streams) : underContext,
            next,
            ours ? GrpcContextStorage.forked(here) : here);
    return new ContextClientCall<>(call, context, codec, identity, outgoing, here, streams, resets);
  }

  private CalledChannel called(Channel channel) {
    CalledChannel known = called;
    if (known == null || known.channel() != channel) {
      known = new CalledChannel(channel);
      called = known;
    }
    return known;
  }

  /** A {@link CallerIdentity}, made as it goes out. */
  private byte[] identity(
      Context context,
      @Nullable CallIdentity parent,
      long contextId,
      dev.ripcord.@Nullable Deadline deadline) {
    RequestId chosen = context.value(Ripcord.REQUEST_ID);
    if (parent == null) {
      RequestId requestId = chosen == null ? RequestId.random() : chosen;
      return CallerIdentity.bytes(requestId, contextId, null, 0, names, null);
    }
    return CallerIdentity.bytes(
        chosen == null ? parent.requestId() : chosen,
        contextId,
        parent.contextIdBits(),
        parent.depth() == Integer.MAX_VALUE ? parent.depth() : parent.depth() + 1,
        names,
        // Less a reserve it is a deadline that this process has set.
        hopReserve.isZero() ? parent.deadlineHandedOn(deadline, self) : null);
  }

  /**
   * The earlier of the call's deadline and the context's, less what the caller keeps to answer in.
   */
  private CallOptions withDeadline(CallOptions options, Context context) {
    dev.ripcord.Deadline ofContext = context.deadline();
    if (ofContext == null) {
      return options;
    }
    Duration left = ofContext.remaining().minus(hopReserve);
    Deadline deadline =
        Deadline.after(left.isNegative() ? 0 : saturatedNanos(left), TimeUnit.NANOSECONDS);
    Deadline ofCall = options.getDeadline();
    return ofCall != null && ofCall.isBefore(deadline) ? options : options.withDeadline(deadline);
  }

  private static long saturatedNanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /**
   * gRPC's call takes the io.grpc.Context it is created under: ends with it, and takes its
   * deadline.
   */
  private static <Q, R> ClientCall<Q, R> newCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next, io.grpc.Context under) {
    io.grpc.Context before = under.attach();
    try {
      return Objects.requireNonNull(next.newCall(method, options));
    } finally {
      under.detach(before);
    }
  }
}
