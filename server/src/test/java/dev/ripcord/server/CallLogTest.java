package dev.ripcord.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.ActivityReply;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.ListQueriesReply;
import dev.ripcord.services.db.v1.ListQueriesRequest;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** One line per ended call, from which one can tell what became of it. */
class CallLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.ripcord.server.call");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Ripcord caller = Ripcord.builder().service("caller").build();
  private final Ripcord callee = Ripcord.builder().service("db").instance("db-1").build();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final CountDownLatch entered = new CountDownLatch(1);
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws IOException {
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
    server =
        callee
            .install(
                NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                    .executor(Executors.newCachedThreadPool(Handlers.daemons("test")))
                    .intercept(new CallLog(callee, meters)))
            .addService(new Service())
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    channel =
        caller
            .install(NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext())
            .build();
    // Connected, and its line gone, before the test begins.
    stub().listQueries(ListQueriesRequest.getDefaultInstance());
    await().atMost(5, SECONDS).until(() -> !calls().isEmpty());
    lines.list.clear();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void aGoodCall() throws Exception {
    RequestId id = RequestId.random();
    Ripcord.withRequestId(Context.background(), id)
        .call(() -> stub().listQueries(ListQueriesRequest.getDefaultInstance()));

    ILoggingEvent line = onlyLine();

    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(pairs(line))
        .containsEntry("request_id", id.toString())
        .containsEntry("service", "db")
        .containsEntry("instance", "db-1")
        .containsEntry("method", "ripcord.services.db.v1.Db/ListQueries")
        .containsEntry("depth", "0")
        .containsEntry("status", "OK")
        .containsKey("duration_ms")
        .doesNotContainKeys("kind", "code", "reason", "description");
  }

  @Test
  void aCanceledCallTellsWhyAndIsNoError() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      var reply =
          scope
              .context()
              .call(() -> DbGrpc.newFutureStub(channel).query(QueryRequest.getDefaultInstance()));
      entered.await();
      scope.cancel(Reason.USER_CANCELED);
      assertThrows(Exception.class, reply::get);
    }

    ILoggingEvent line = onlyLine();

    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(pairs(line)).containsEntry("status", "CANCELLED").containsEntry("kind", "CANCELED");
    assertThat(pairs(line).get("code")).isIn("CLIENT_CANCELED", "USER_CANCELED");
    assertThat(pairs(line).get("reason")).startsWith("CANCELED: ");
    assertThat(counted("Query")).containsExactly("ended");
  }

  /** The outcomes of calls to {@code method}. */
  private List<String> counted(String method) {
    return meters.get("ripcord.server.call.duration").timers().stream()
        .filter(timer -> String.valueOf(timer.getId().getTag("method")).endsWith("/" + method))
        .map(timer -> timer.getId().getTag("outcome"))
        .toList();
  }

  @Test
  void aStruckDeadline() {
    // Known to the callee alone: no race with a caller who gives up at the same time.
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "300m");
    assertThrows(
        StatusRuntimeException.class,
        () ->
            stub()
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .query(QueryRequest.getDefaultInstance()));

    ILoggingEvent line = onlyLine();

    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(pairs(line))
        .containsEntry("status", "DEADLINE_EXCEEDED")
        .containsEntry("kind", "DEADLINE_EXCEEDED")
        .containsEntry("code", "DEADLINE");
    assertThat(counted("Query")).containsExactly("ended");
  }

  @Test
  void aRefusedCallTellsWhatItWasTold() {
    assertThrows(
        StatusRuntimeException.class, () -> stub().execute(QueryRequest.getDefaultInstance()));

    ILoggingEvent line = onlyLine();

    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(pairs(line))
        .containsEntry("status", "NOT_FOUND")
        .containsEntry("description", "no such thing");
    assertThat(counted("Execute")).containsExactly("refused");
  }

  @Test
  void whatNobodyWantedIsAWarning() {
    assertThrows(
        StatusRuntimeException.class, () -> stub().activity(ActivityRequest.getDefaultInstance()));

    ILoggingEvent line = onlyLine();

    assertThat(line.getLevel()).isEqualTo(Level.WARN);
    assertThat(pairs(line)).containsEntry("status", "INTERNAL");
    assertThat(counted("Activity")).containsExactly("failed");
  }

  @Test
  void plumbingIsForDebugging() {
    HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());

    assertThat(onlyLine().getLevel()).isEqualTo(Level.DEBUG);
  }

  private DbGrpc.DbBlockingStub stub() {
    return DbGrpc.newBlockingStub(channel);
  }

  private ILoggingEvent onlyLine() {
    await().atMost(5, SECONDS).until(() -> !calls().isEmpty());
    server.shutdown();
    channel.shutdown();
    await().atMost(5, SECONDS).until(server::isTerminated);
    assertThat(calls()).hasSize(1);
    return calls().get(0);
  }

  /** Lines of calls; the stream beside them that carries reasons has one of its own. */
  private List<ILoggingEvent> calls() {
    return List.copyOf(lines.list).stream()
        .filter(line -> !pairs(line).getOrDefault("method", "").startsWith("ripcord.v1.Control/"))
        .toList();
  }

  private static Map<String, String> pairs(ILoggingEvent line) {
    Map<String, String> pairs = new TreeMap<>();
    for (KeyValuePair pair : line.getKeyValuePairs()) {
      pairs.put(pair.key, String.valueOf(pair.value));
    }
    return pairs;
  }

  /** Answers well, never until its context ends, not at all, and badly. */
  private final class Service extends DbGrpc.DbImplBase {
    @Override
    public void listQueries(ListQueriesRequest request, StreamObserver<ListQueriesReply> reply) {
      reply.onNext(ListQueriesReply.getDefaultInstance());
      reply.onCompleted();
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> reply) {
      entered.countDown();
      try {
        Context.current().awaitDone(Duration.ofSeconds(30));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Context.current().throwIfDone();
    }

    @Override
    public void execute(QueryRequest request, StreamObserver<ExecuteReply> reply) {
      reply.onError(Status.NOT_FOUND.withDescription("no such thing").asRuntimeException());
    }

    @Override
    public void activity(ActivityRequest request, StreamObserver<ActivityReply> reply) {
      reply.onError(Status.INTERNAL.asRuntimeException());
    }
  }
}
