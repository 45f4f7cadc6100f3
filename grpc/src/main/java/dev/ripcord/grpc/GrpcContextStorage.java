package dev.ripcord.grpc;

import dev.ripcord.Context;
import dev.ripcord.ContextStorage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@link Context#current()} inside {@code io.grpc.Context}, so that whatever carries the one
 * across threads carries the other. Found by {@link java.util.ServiceLoader}; gRPC's own storage
 * stays as it is.
 */
public final class GrpcContextStorage implements ContextStorage {
  private static final io.grpc.Context.Key<Bound> BOUND = io.grpc.Context.key("ripcord-context");

  /** A context, and the io.grpc.Context it was put into and the one it came out as. */
  private static final class Bound {
    final Context context;
    final io.grpc.Context under;
    final @Nullable HandledCall call; // whose context it is, where its tracer has put it
    io.grpc.@Nullable Context with; // set once, before anybody else sees this
    volatile io.grpc.@Nullable Context fork; // of `with`, from the first call that is made in it

    Bound(Context context, io.grpc.Context under, @Nullable HandledCall call) {
      this.context = context;
      this.under = under;
      this.call = call;
    }
  }

  /** For {@link java.util.ServiceLoader}. */
  public GrpcContextStorage() {}

  @Override
  public @Nullable Context current() {
    Bound bound = BOUND.get();
    return bound == null ? null : bound.context;
  }

  @Override
  public Binding attach(Context context) {
    io.grpc.Context here = io.grpc.Context.current();
    Bound bound = BOUND.get(here);
    if (bound != null && bound.context == context) {
      return () -> {};
    }
    // Never one of ours on top of another: a chain of calls, each made in the callback of the one
    // before, would grow without
    // end, and io.grpc complains at a depth of 1,000.
    boolean exactlyOurs = bound != null && bound.with == here;
    io.grpc.Context next = bind(exactlyOurs ? bound.under : here, context, null);
    io.grpc.Context previous = next.attach();
    return () -> next.detach(previous);
  }

  /** An io.grpc.Context like {@code under} in which the context of {@code call} is current. */
  static io.grpc.Context bind(io.grpc.Context under, HandledCall call) {
    return bind(under, call.context(), call);
  }

  /** The call in whose io.grpc.Context, as its tracer has made it, this thread is; or null. */
  static @Nullable HandledCall currentCall() {
    Bound bound = BOUND.get();
    return bound == null ? null : bound.call;
  }

  private static io.grpc.Context bind(
      io.grpc.Context under, Context context, @Nullable HandledCall call) {
    Bound bound = new Bound(context, under, call);
    io.grpc.Context with = under.withValue(BOUND, bound);
    bound.with = with;
    return with;
  }

  /**
   * {@code here} without its end and deadline, for calls of ours: {@code here.fork()}, but one for
   * all calls that are made in the same.
   */
  static io.grpc.Context forked(io.grpc.Context here) {
    Bound bound = BOUND.get(here);
    if (bound == null || bound.with != here) {
      return here.fork();
    }
    io.grpc.Context fork = bound.fork;
    if (fork == null) {
      fork = here.fork();
      bound.fork = fork;
    }
    return fork;
  }

  static boolean isBoundIn(io.grpc.Context here) {
    return BOUND.get(here) != null;
  }
}
