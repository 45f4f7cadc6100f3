package dev.ripcord.client.demo;

import com.google.protobuf.Message;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A request that is on its way, seen from the edge.
 *
 * @param id the name of its tree
 * @param scope the right to end it
 * @param reply what will come back
 * @param startedNanos when it was made, by {@link System#nanoTime}
 */
record Request(RequestId id, CancelScope scope, Future<? extends Message> reply, long startedNanos)
    implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * How it ended for the caller.
   *
   * @param reply null if it failed
   * @param status {@code OK} if it did not
   * @param told why, as it was told; null if it was not
   * @param afterNanos since it was made
   */
  record End(@Nullable Message reply, Status status, @Nullable Cancellation told, long afterNanos) {
    /** The reason's code, or what it is known by. */
    String reason() {
      return told == null ? "no reason" : told.reason().code();
    }

    Status.Code code() {
      return status.getCode();
    }

    @Override
    public String toString() {
      String why = status.getDescription();
      return status.getCode() + (why == null ? "" : " (" + why + ")");
    }
  }

  /** Waits for the end, which a demo's request comes to within seconds. */
  End awaitEnd() throws InterruptedException {
    try {
      Message answer = reply.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      return new End(answer, Status.OK, null, age());
    } catch (ExecutionException e) {
      return new End(null, Status.fromThrowable(e.getCause()), CancellationStatus.of(e), age());
    } catch (TimeoutException e) {
      return new End(
          null, Status.UNKNOWN.withDescription("no end came within " + PATIENCE), null, age());
    } catch (CancellationException e) {
      return new End(null, Status.CANCELLED, null, age());
    }
  }

  private long age() {
    return System.nanoTime() - startedNanos;
  }

  @Override
  public void close() {
    scope.close();
  }
}
