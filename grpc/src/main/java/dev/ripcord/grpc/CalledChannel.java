package dev.ripcord.grpc;

import dev.ripcord.proto.v1.ControlGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A channel below our interceptor, and the executor that runs the callbacks of its calls. gRPC
 * tells nobody which that is. What a call does that is created under an {@link io.grpc.Context}
 * that has ended, is to close at once, on that executor and with nothing sent: so such a call runs
 * whatever is to run there.
 *
 * <p>Most channels use the pool that all of them share unless told otherwise. That one is known,
 * and is used without a call, once such a call has been seen to run there.
 *
 * <p>docs/rationale.md, "How does Ripcord find a channel's executor?"
 */
final class CalledChannel implements Executor {
  /** Threads of the pool that gRPC's channels share, by its own name for them. */
  private static final String SHARED_THREADS = "grpc-default-executor";

  private static final Context.CancellableContext ENDED = Context.ROOT.withCancellation();

  static {
    ENDED.cancel(null);
  }

  private final Channel channel;
  private volatile @Nullable Executor shared; // set once, if the channel uses the shared pool

  CalledChannel(Channel channel) {
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  /** The executor of the channel's calls if it is known; null if not, or not yet. */
  @Nullable Executor shared() {
    return shared;
  }

  /**
   * @param offload where the channel does what may take long: the shared pool unless told
   */
  void offloadsTo(Executor offload) {
    if (shared == null) {
      try {
        offload.execute(() -> lookFor(offload));
      } catch (RejectedExecutionException e) {
        // It stays unknown, and what asks for it must not suffer.
      }
    }
  }

  /** On a thread of {@code offload}. */
  private void lookFor(Executor offload) {
    Thread here = Thread.currentThread();
    if (!isShared(here)) {
      return;
    }
    byCall(
        () -> {
          Thread there = Thread.currentThread();
          // The same thread: a channel that runs callbacks wherever it happens to be.
          if (isShared(there) && there != here) {
            shared = offload;
          }
        });
  }

  private static boolean isShared(Thread thread) {
    return thread.getName().startsWith(SHARED_THREADS);
  }

  /** Runs {@code callback} where the callbacks of the channel's calls run. */
  @Override
  public void execute(Runnable callback) {
    Executor known = shared;
    if (known != null) {
      known.execute(callback);
    } else {
      byCall(callback);
    }
  }

  private void byCall(Runnable callback) {
    Context before = ENDED.attach();
    ClientCall<?, ?> call;
    try {
      call =
          Objects.requireNonNull(channel.newCall(ControlGrpc.getOpenMethod(), CallOptions.DEFAULT));
    } finally {
      ENDED.detach(before);
    }
    runAtTheEndOf(call, callback);
  }

  private static <Q, R> void runAtTheEndOf(ClientCall<Q, R> call, Runnable callback) {
    call.start(
        new ClientCall.Listener<R>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            callback.run();
          }
        },
        new Metadata());
  }
}
