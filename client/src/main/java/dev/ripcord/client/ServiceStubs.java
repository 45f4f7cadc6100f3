package dev.ripcord.client;

import dev.ripcord.Context;
import dev.ripcord.grpc.Ripcord;
import io.grpc.stub.AbstractAsyncStub;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.AbstractFutureStub;
import java.util.Objects;

/**
 * One service over one connection, in the three styles of gRPC. A call belongs to the context that
 * is {@link Context#current()} where it is made, or to the one given to {@link #in}: it carries
 * that context's deadline and values, and ends when it ends.
 *
 * <pre>{@code
 * connection.gateway().blocking().overview(request);        // under Context.current()
 * connection.gateway().in(ctx).future().overview(request);  // under ctx, from whatever thread
 * }</pre>
 *
 * <p>Immutable; usable from any thread.
 *
 * @param <B> the blocking stub: throws {@link io.grpc.StatusRuntimeException}
 * @param <A> the asynchronous stub: tells a {@link io.grpc.stub.StreamObserver}
 * @param <F> the future stub: unary calls only
 */
public final class ServiceStubs<
    B extends AbstractBlockingStub<B>,
    A extends AbstractAsyncStub<A>,
    F extends AbstractFutureStub<F>> {
  private final B blocking;
  private final A async;
  private final F future;

  ServiceStubs(B blocking, A async, F future) {
    this.blocking = blocking;
    this.async = async;
    this.future = future;
  }

  /** The same service, each call under {@code context} whatever thread makes it. */
  public ServiceStubs<B, A, F> in(Context context) {
    Objects.requireNonNull(context, "context is null");
    return new ServiceStubs<>(
        blocking.withOption(Ripcord.CONTEXT, context),
        async.withOption(Ripcord.CONTEXT, context),
        future.withOption(Ripcord.CONTEXT, context));
  }

  /** Calls that return when the answer is there. */
  public B blocking() {
    return blocking;
  }

  /** Calls that tell an observer. */
  public A async() {
    return async;
  }

  /** Calls that return a future; cancelling the future cancels the call. */
  public F future() {
    return future;
  }
}
