package dev.ripcord.server;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.Ripcord;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs one line for each call that has ended, and measures it, with its request id, so that all
 * services' lines about one request can be found. Ending early because somebody wanted it so is not
 * an error; only what nobody wanted is a warning.
 */
final class CallLog implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger("dev.ripcord.server.call");
  private static final Set<String> PLUMBING_PREFIXES =
      Set.of("grpc.", "ripcord.v1.", "ripcord.services.v1.");

  private final Ripcord ripcord;
  private final MeterRegistry meters;

  CallLog(Ripcord ripcord, MeterRegistry meters) {
    this.ripcord = ripcord;
    this.meters = meters;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Ended ended = new Ended(Context.current(), call.getMethodDescriptor().getFullMethodName());
    ServerCall<Q, A> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            ended.closing(status);
            super.close(status, trailers);
          }
        };
    ServerCall.Listener<Q> listener = next.startCall(watched, headers);
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        try {
          super.onComplete();
        } finally {
          ended.log();
        }
      }

      @Override
      public void onCancel() {
        try {
          super.onCancel();
        } finally {
          ended.log();
        }
      }
    };
  }

  /** One call's line. */
  private final class Ended {
    private final Context context;
    private final String method;
    private final long start = System.nanoTime();
    private final AtomicBoolean logged = new AtomicBoolean();
    // What the handler closed with and what its context was then; written before the listener hears
    // of the end.
    private volatile @Nullable Status status;
    private volatile @Nullable Cancellation cancellation;

    Ended(Context context, String method) {
      this.context = context;
      this.method = method;
    }

    void closing(Status with) {
      if (status == null) {
        // A good end closes the context as well, so that it tells something only before.
        cancellation = with.isOk() ? null : context.cancellation();
        status = with;
      }
    }

    void log() {
      if (!logged.compareAndSet(false, true)) {
        return;
      }
      Status closed = status;
      Cancellation why = closed == null ? context.cancellation() : cancellation;
      Outcome outcome = Outcome.of(closed, why);
      boolean isPlumbing = PLUMBING_PREFIXES.stream().anyMatch(method::startsWith);
      long took = System.nanoTime() - start;
      if (!isPlumbing) {
        measure(outcome, took);
      }
      LoggingEventBuilder line =
          identified(log.atLevel(level(isPlumbing, outcome)))
              .addKeyValue("duration_ms", millis(took))
              .addKeyValue("status", code(closed, why));
      explained(line, closed, why).log("call");
    }

    /** Only methods that exist come here: there are so many. */
    private void measure(Outcome outcome, long nanos) {
      Timer.builder("ripcord.server.call.duration")
          .description("Calls handled here, by what became of them")
          .tag("method", method)
          .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
          .register(meters)
          .record(nanos, TimeUnit.NANOSECONDS);
    }

    private LoggingEventBuilder identified(LoggingEventBuilder line) {
      CallIdentity call = CallIdentity.of(context);
      LoggingEventBuilder named =
          line.addKeyValue("request_id", call == null ? "" : call.requestId())
              .addKeyValue("service", ripcord.service())
              .addKeyValue("instance", ripcord.instance())
              .addKeyValue("method", method);
      return call == null ? named : named.addKeyValue("depth", call.depth());
    }
  }

  private static LoggingEventBuilder explained(
      LoggingEventBuilder line, @Nullable Status status, @Nullable Cancellation why) {
    if (why != null) {
      return line.addKeyValue("kind", why.kind())
          .addKeyValue("code", why.reason().code())
          .addKeyValue("reason", why);
    }
    String description = status == null ? null : status.getDescription();
    return description == null ? line : line.addKeyValue("description", description);
  }

  private static Level level(boolean isPlumbing, Outcome outcome) {
    if (isPlumbing) {
      return Level.DEBUG;
    }
    return outcome == Outcome.FAILED ? Level.WARN : Level.INFO;
  }

  /** The status the handler gave; if it gave none, what its end means by the rule of kinds. */
  private static Status.Code code(@Nullable Status status, @Nullable Cancellation why) {
    if (status != null && why == null) {
      return status.getCode();
    }
    boolean isDeadline = why != null && why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED;
    return isDeadline ? Status.Code.DEADLINE_EXCEEDED : Status.Code.CANCELLED;
  }

  private static double millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
  }
}
