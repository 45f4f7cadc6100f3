package dev.ripcord.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.google.common.util.concurrent.ListenableFuture;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import dev.ripcord.ValueCodec;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over real sockets. */
class ServiceConnectionTest {
  private static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());

  /** What the callee's context said, call by call. */
  private final BlockingQueue<Context> seen = new LinkedBlockingQueue<>();

  private final Ripcord ripcord = Ripcord.builder().service("test").propagate(TENANT).build();
  private Server server;
  private ServiceConnection connection;

  /** Answers a query named "slow" only when its context ends. */
  private final class Db extends DbGrpc.DbImplBase {
    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
      Context context = Context.current();
      seen.add(context);
      if (request.getName().equals("slow")) {
        context.onDone(why -> caller.onError(Status.CANCELLED.asRuntimeException()));
      } else {
        caller.onNext(QueryReply.getDefaultInstance());
        caller.onCompleted();
      }
    }

    @Override
    public void stream(QueryRequest request, StreamObserver<Row> caller) {
      seen.add(Context.current());
      caller.onNext(Row.getDefaultInstance());
      caller.onCompleted();
    }
  }

  @BeforeEach
  void start() throws Exception {
    Ripcord callee = Ripcord.builder().service("db").propagate(TENANT).build();
    server =
        callee
            .install(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .addService(new Db())
            .build()
            .start();
    connection = ServiceConnection.open(ripcord, "127.0.0.1:" + server.getPort());
  }

  @AfterEach
  void stop() throws Exception {
    connection.close();
    server.shutdownNow().awaitTermination();
  }

  private static QueryRequest named(String name) {
    return QueryRequest.newBuilder().setName(name).build();
  }

  private Context seen() throws InterruptedException {
    return Objects.requireNonNull(seen.poll(30, TimeUnit.SECONDS), "no call came");
  }

  @Test
  void theThreadsContextGoesAlong_inAllThreeStyles() throws Exception {
    Context acme = Context.background().withValue(TENANT, "acme");

    acme.call(() -> connection.db().blocking().query(named("q")));
    assertThat(seen().value(TENANT)).isEqualTo("acme");

    acme.call(() -> connection.db().future().query(named("q"))).get(30, TimeUnit.SECONDS);
    assertThat(seen().value(TENANT)).isEqualTo("acme");

    CompletableFuture<String> ended = new CompletableFuture<>();
    acme.run(() -> connection.db().async().stream(named("q"), new Ending(ended)));
    assertThat(ended.get(30, TimeUnit.SECONDS)).isEqualTo("completed");
    assertThat(seen().value(TENANT)).isEqualTo("acme");
  }

  @Test
  void anExplicitContextBeatsTheThreads() throws Exception {
    Context acme = Context.background().withValue(TENANT, "acme");
    Context other = Context.background().withValue(TENANT, "other");

    acme.call(() -> connection.db().in(other).blocking().query(named("q")));

    assertThat(seen().value(TENANT)).isEqualTo("other");
  }

  @Test
  void theDeadlineGoesAlong_andOnlyShrinks() throws Exception {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMinutes(1))) {
      connection.db().in(scope.context()).blocking().query(named("q"));
      Deadline there = Objects.requireNonNull(seen().deadline());
      assertThat(there.remaining()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(1));
    }
  }

  @Test
  void endingTheContextEndsTheCall_onBothSides() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      ListenableFuture<QueryReply> reply =
          connection.db().in(scope.context()).future().query(named("slow"));
      Context there = seen();
      assertThat(there.isDone()).isFalse();

      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));

      assertThat(there.whenDone().get(30, TimeUnit.SECONDS).kind())
          .isEqualTo(Cancellation.Kind.CANCELED);
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> reply.get(30, TimeUnit.SECONDS))
          .satisfies(
              e -> {
                assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.CANCELLED);
                assertThat(CancellationStatus.of(e).reason().code()).isEqualTo("USER_CANCELED");
              });
    }
  }

  @Test
  void aServiceThatIsNotThereSaysSo() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> connection.db().blocking().activity(ActivityRequest.getDefaultInstance()))
        .extracting(e -> e.getStatus().getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void nobodyListening_isUnavailable() {
    server.shutdownNow();
    try (ServiceConnection nowhere = ServiceConnection.open(ripcord, "127.0.0.1:1")) {
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> nowhere.db().blocking().query(named("q")))
          .extracting(e -> e.getStatus().getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void closingEndsWhatIsOpen_andClosingTwiceIsHarmless() throws Exception {
    ListenableFuture<QueryReply> open =
        connection.db().in(Context.background()).future().query(named("slow"));
    Context there = seen();

    connection.close();
    connection.close();

    assertThat(there.awaitDone(Duration.ofSeconds(30))).isTrue();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> open.get(30, TimeUnit.SECONDS));
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> connection.db().blocking().query(named("q")));
  }

  @Test
  void mistakesAreNamed() {
    assertThatNullPointerException()
        .isThrownBy(() -> ServiceConnection.open(null, "h:1"))
        .withMessage("ripcord is null");
    assertThatNullPointerException()
        .isThrownBy(() -> ServiceConnection.over(null))
        .withMessage("channel is null");
    assertThatNullPointerException()
        .isThrownBy(() -> connection.db().in(null))
        .withMessage("context is null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServiceConnection.open(ripcord, "nowhere"));
  }

  /** Tells how a stream ended. */
  private record Ending(CompletableFuture<String> ended) implements StreamObserver<Row> {
    @Override
    public void onNext(Row row) {}

    @Override
    public void onError(Throwable failure) {
      ended.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      ended.complete("completed");
    }
  }
}
