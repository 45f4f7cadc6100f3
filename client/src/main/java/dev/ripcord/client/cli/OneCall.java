package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes one request, prints its answer or why there is none, and cancels it when the program is
 * interrupted.
 */
final class OneCall {
  private static final Reason CTRL_C = Reason.USER_CANCELED.withMessage("pressed Ctrl-C");
  // For the last words: the cancel itself is done in a moment.
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);
  private static final double NANOS_PER_MILLI = 1e6;

  private final String service;
  private final String address;
  private final CallOptions options;
  private final PrintStream out;
  private final PrintStream err;

  OneCall(String service, String address, CallOptions options, PrintStream out, PrintStream err) {
    this.service = service;
    this.address = address;
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /**
   * The call itself, on a thread whose context is current; hands over each message that comes back.
   */
  interface Request {
    void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) throws Exception;
  }

  /** Returns the program's exit code. */
  int run(Request request) throws Exception {
    CallOptions.Values values = options.values();
    RequestId id = options.requestId();
    Ripcord ripcord =
        Ripcord.builder().service("cli").propagate(values.keys().toArray(new Key<?>[0])).build();
    Answers answers = new Answers(out, options.json);
    long started = System.nanoTime();
    // Closed last: the program may end only when the connection has sent off what it had to send.
    try (CancelScope scope = scope(Ripcord.withRequestId(values.context(), id));
        Interrupt interrupt = new Interrupt(scope);
        ServiceConnection connection = ServiceConnection.open(ripcord, address)) {
      try {
        scope.context().run(() -> make(request, connection, answers));
        return ExitCode.OK;
      } catch (StatusRuntimeException e) {
        return explain(e, interrupt, id, System.nanoTime() - started);
      }
    }
  }

  private CancelScope scope(Context context) {
    return options.timeout == null ? context.withCancel() : context.withTimeout(options.timeout);
  }

  private static void make(Request request, ServiceConnection connection, Answers answers) {
    try {
      request.make(connection, answers::print);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private int explain(
      StatusRuntimeException failure, Interrupt interrupt, RequestId id, long nanos) {
    String where = service + " at " + address;
    String when =
        String.format(Locale.ROOT, " (after %.0f ms, request %s)", nanos / NANOS_PER_MILLI, id);
    Status status = failure.getStatus();
    String told = String.valueOf(status.getDescription());
    switch (status.getCode()) {
      case CANCELLED -> {
        err.println("canceled: " + where + ": " + reason(failure) + when);
        return interrupt.hasStruck() ? ExitCode.INTERRUPTED : ExitCode.CANCELED;
      }
      case DEADLINE_EXCEEDED -> {
        err.println("out of time: " + where + ": " + reason(failure) + when);
        return ExitCode.DEADLINE;
      }
      case UNAVAILABLE -> err.println("ripcord: " + where + " cannot be reached: " + told + hint());
      case UNIMPLEMENTED ->
          err.println("ripcord: the process at " + address + " is no " + service + ": " + told);
      default -> err.println("ripcord: " + status.getCode() + ": " + told + when);
    }
    return ExitCode.FAILED;
  }

  private static String reason(StatusRuntimeException failure) {
    Cancellation told = CancellationStatus.of(failure);
    return told == null
        ? String.valueOf(failure.getStatus().getDescription())
        : told.reason().toString();
  }

  private String hint() {
    return "\n  Is it running? Start one with: ripcord serve --role "
        + service
        + " --port PORT; or all of them: ripcord demo --keep";
  }

  /**
   * Turns Ctrl-C into a cancel, and holds the program's end up until the cancel has been told of.
   */
  private static final class Interrupt implements AutoCloseable {
    private final CountDownLatch told = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean struck; // once, by the hook

    Interrupt(CancelScope scope) {
      hook = new Thread(() -> strike(scope), "cancel on Ctrl-C");
      Runtime.getRuntime().addShutdownHook(hook);
    }

    private void strike(CancelScope scope) {
      struck = true;
      scope.cancel(CTRL_C);
      try {
        told.await(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    boolean hasStruck() {
      return struck;
    }

    @Override
    public void close() {
      told.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException alreadyEnding) {
        // It is running, and was waiting for exactly this.
      }
    }
  }
}
