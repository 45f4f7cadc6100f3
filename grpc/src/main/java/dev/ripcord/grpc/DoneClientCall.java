package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A call under a context that has ended: fails without touching the wire. */
final class DoneClientCall<Q, R> extends ClientCall<Q, R> {
  private final Context context;
  private final Cancellation why;
  private final @Nullable Executor executor;
  private final io.grpc.Context callers;

  DoneClientCall(
      Context context, Cancellation why, @Nullable Executor executor, io.grpc.Context callers) {
    this.context = context;
    this.why = why;
    this.executor = executor;
    this.callers = callers;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    Status status = CancellationStatus.ofCaller(why);
    Runnable close = callers.wrap(() -> listener.onClose(status, new Metadata()));
    if (executor == null) {
      // Never on the caller's own thread: one that tries again on failure would never come back.
      context.onDone(ended -> close.run());
    } else {
      executor.execute(close);
    }
  }

  @Override
  public void request(int numMessages) {}

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {}

  @Override
  public void halfClose() {}

  @Override
  public void sendMessage(Q message) {}

  @Override
  public boolean isReady() {
    return false;
  }
}
