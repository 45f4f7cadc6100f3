package dev.ripcord.server.page;

import com.google.common.util.concurrent.ListenableFuture;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.Values;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that are started from a page: the page is their caller, as any other process would be,
 * and ends those whose browser has gone.
 */
final class Starts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Starts.class);
  static final int MOST_RUNNING = 64;
  private static final Duration LOGIN = Duration.ofSeconds(10);
  private static final Reason GONE =
      Reason.CONNECTION_LOST.withMessage("the HTTP connection that held it was closed");
  private static final SecureRandom RANDOM = new SecureRandom();

  /** One that is under way. Guarded by itself. */
  static final class Running {
    final RequestId id;
    final String secret = secret();
    private final CancelScope scope;
    private int holders;
    private long releases;

    Running(RequestId id, CancelScope scope) {
      this.id = id;
      this.scope = scope;
    }

    private static String secret() {
      byte[] bits = new byte[16];
      RANDOM.nextBytes(bits);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }
  }

  private final Ripcord ripcord;
  private final ManagedChannel gateway;
  private final Board board;
  private final ScheduledExecutorService scheduler;
  private final Semaphore places = new Semaphore(MOST_RUNNING);
  private final Map<RequestId, Running> running = new ConcurrentHashMap<>();

  /**
   * @param address of the gateway
   * @param instance of the page, as it is shown in trees
   */
  Starts(String address, String instance, Board board, ScheduledExecutorService scheduler) {
    this.ripcord =
        Ripcord.builder().service("page").instance(instance).propagate(Values.TENANT).build();
    this.gateway = ripcord.install(NettyChannelBuilder.forTarget(address).usePlaintext()).build();
    this.board = board;
    this.scheduler = scheduler;
  }

  /** Under way when this returns, which may take as long as a login. */
  Running begin(Start start) throws Refused {
    if (!places.tryAcquire()) {
      throw new Refused(
          429, "too_many_requests", MOST_RUNNING + " requests that were started here run already");
    }
    boolean begun = false;
    try {
      String token = start.asks("token") ? login(start) : "";
      Running request = begin(start, token);
      begun = true;
      return request;
    } finally {
      if (!begun) {
        places.release();
      }
    }
  }

  /** A request of its own. */
  private String login(Start start) throws Refused {
    try (CancelScope scope = Context.background().withTimeout(LOGIN)) {
      return GatewayGrpc.newBlockingStub(gateway)
          .withOption(Ripcord.CONTEXT, scope.context())
          .login(
              LoginRequest.newBuilder().setUser(start.user()).setPassword(start.password()).build())
          .getToken();
    } catch (StatusRuntimeException e) {
      String description = String.valueOf(e.getStatus().getDescription());
      throw switch (e.getStatus().getCode()) {
        case UNAUTHENTICATED -> new Refused(401, "login_failed", description);
        case INVALID_ARGUMENT -> Refused.badRequest(description);
        default -> new Refused(503, "unavailable", "the user cannot be logged in: " + description);
      };
    }
  }

  private Running begin(Start start, String token) {
    RequestId id = RequestId.random();
    Context context = Ripcord.withRequestId(Context.background(), id);
    if (!start.tenant().isEmpty()) {
      context = context.withValue(Values.TENANT, start.tenant());
    }
    CancelScope scope =
        start.timeout() == null ? context.withCancel() : context.withTimeout(start.timeout());
    Running request = new Running(id, scope);
    running.put(id, request);
    board.started(id, start, System.nanoTime());
    ListenableFuture<OverviewReply> answer =
        GatewayGrpc.newFutureStub(gateway)
            .withOption(Ripcord.CONTEXT, scope.context())
            .overview(overview(start, token));
    answer.addListener(() -> answered(request, answer), Runnable::run);
    return request;
  }

  private static OverviewRequest overview(Start start, String token) {
    OverviewRequest.Builder request =
        OverviewRequest.newBuilder()
            .setUser(start.user())
            .setToken(token)
            .setRegion(start.region())
            .setLoad(start.heavy() ? Load.HEAVY : Load.LIGHT);
    start
        .branches()
        .forEach(
            branch ->
                request.addBranches(
                    OverviewRequest.Branch.valueOf(branch.toUpperCase(Locale.ROOT))));
    return request.build();
  }

  private void answered(Running request, ListenableFuture<OverviewReply> answer) {
    running.remove(request.id);
    places.release();
    board.answered(request.id, outcome(answer));
    request.scope.close();
  }

  private static KnownRequest.Outcome outcome(ListenableFuture<OverviewReply> answer) {
    try {
      answer.get();
      return new KnownRequest.Outcome("OK", "");
    } catch (ExecutionException e) {
      Throwable failure = Objects.requireNonNullElse(e.getCause(), e);
      Status status = Status.fromThrowable(failure);
      Cancellation why = CancellationStatus.of(failure);
      String message = why == null ? status.getDescription() : why.toString();
      return new KnownRequest.Outcome(status.getCode().name(), message == null ? "" : message);
    } catch (InterruptedException e) {
      throw new IllegalStateException("asked before it was done", e);
    }
  }

  // Holding.

  /**
   * Ties a request to something, until what is returned is run.
   *
   * @param grace how long to wait, then, for somebody else who holds it
   * @throws Refused if {@code secret} is not that of the request
   */
  Runnable hold(RequestId id, String secret, Duration grace) throws Refused {
    Running request = running.get(id);
    if (request == null) {
      return () -> {}; // it is over
    }
    byte[] given = secret.getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(request.secret.getBytes(StandardCharsets.UTF_8), given)) {
      throw new Refused(403, "not_held", "this is not the secret to hold it with");
    }
    synchronized (request) {
      request.holders++;
    }
    board.held(id, true);
    return () -> release(request, grace);
  }

  private void release(Running request, Duration grace) {
    long release;
    synchronized (request) {
      if (--request.holders > 0) {
        return;
      }
      release = ++request.releases;
    }
    board.held(request.id, false);
    Runnable end =
        () -> {
          synchronized (request) {
            if (request.holders > 0 || request.releases != release) {
              return;
            }
          }
          if (request.scope.cancel(GONE)) {
            log.info("request {} is ended: {}", request.id, GONE.message());
          }
        };
    if (grace.isZero()) {
      end.run();
      return;
    }
    try {
      Future<?> unused = scheduler.schedule(end, grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      end.run(); // everything is being closed
    }
  }

  /** Ends those that nobody will hear of. */
  @Override
  public void close() {
    running.values().forEach(request -> request.scope.cancel(Reason.SHUTDOWN));
    gateway.shutdownNow();
  }
}
