package dev.ripcord.server;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller is told when its call fails: never a stack trace, never INTERNAL for a cancel. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * The status for {@code failure} of work done under {@code context}. If the context has ended,
   * that is why the work failed, whatever it threw. What nobody foresaw is logged here and told as
   * INTERNAL without its details.
   */
  public static StatusRuntimeException toStatus(Context context, Throwable failure) {
    Cancellation ended = context.cancellation();
    if (ended != null) {
      return toStatus(ended);
    }
    Throwable cause = unwrapped(failure);
    if (cause instanceof ContextException e) {
      return toStatus(e.cancellation());
    }
    if (cause instanceof StatusRuntimeException e) {
      return ofPeer(e.getStatus());
    }
    if (cause instanceof StatusException e) {
      return ofPeer(e.getStatus());
    }
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return Status.UNAVAILABLE
          .withDescription("interrupted: the process is stopping")
          .asRuntimeException();
    }
    LOG.error("A call failed for a reason nobody foresaw", cause);
    return Status.INTERNAL
        .withDescription("internal error; the log of this service tells more")
        .asRuntimeException();
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wraps = failure instanceof ExecutionException || failure instanceof CompletionException;
    return wraps && cause != null ? unwrapped(cause) : failure;
  }

  private static StatusRuntimeException toStatus(Cancellation ended) {
    return statusOf(ended).withDescription(ended.toString()).asRuntimeException();
  }

  private static Status statusOf(Cancellation ended) {
    if (ended.kind() == Cancellation.Kind.DEADLINE_EXCEEDED) {
      return Status.DEADLINE_EXCEEDED;
    }
    if (ended.reason().hasCodeOf(Reason.SHUTDOWN)) {
      return Status.UNAVAILABLE;
    }
    return ended.reason().hasCodeOf(Reason.AUTH_REVOKED)
        ? Status.UNAUTHENTICATED
        : Status.CANCELLED;
  }

  /**
   * A peer's status, or our own: passed on as it is, but for those that accuse the caller of what
   * it did not do.
   */
  private static StatusRuntimeException ofPeer(Status status) {
    Status.Code told =
        switch (status.getCode()) {
          case UNKNOWN, UNIMPLEMENTED, OK -> Status.Code.INTERNAL;
          default -> status.getCode();
        };
    return told.toStatus().withDescription(status.getDescription()).asRuntimeException();
  }
}
