package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * {@code ps}, {@code tree}, {@code cancel} and {@code watch} over two processes' worth of real
 * sockets.
 */
@SuppressWarnings("try") // scopes are used by closing them
class OperatorCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final BlockingQueue<Context> begun = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  private Server db;
  private Server front;
  private ServiceConnection toFront;

  /** Waits for its context's end, or asks the next one, which does. */
  private final class Query extends DbGrpc.DbImplBase {
    private final ServiceConnection next;

    Query(ServiceConnection next) {
      this.next = next;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
      Context context = Context.current();
      if (next == null) {
        Objects.requireNonNull(CallIdentity.of(context)).doing("query " + request.getName());
      }
      begun.add(context);
      try {
        if (next == null) {
          context.awaitDone(PATIENCE);
          context.throwIfDone();
        } else {
          next.db().blocking().query(request);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      caller.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  @BeforeEach
  void start() throws Exception {
    db = serve(Ripcord.builder().service("db").instance("d1").build(), null);
    Ripcord gateway = Ripcord.builder().service("gateway").instance("g1").build();
    ServiceConnection toDb = ServiceConnection.open(gateway, address(db));
    open.add(toDb);
    front = serve(gateway, toDb);
    toFront = ServiceConnection.open(Ripcord.builder().service("test").build(), address(front));
    open.add(toFront);
  }

  private Server serve(Ripcord ripcord, ServiceConnection next) throws IOException {
    Server server =
        ripcord
            .install(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .addService(new Query(next))
            .build()
            .start();
    open.add(server::shutdownNow);
    return server;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void ps_showsARequestOnce_withItsServices() throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = begin(id)) {
      assertThat(run(new PsCommand(), both())).isEqualTo(ExitCode.OK);
      assertThat(text()).contains(id + "  live", "Db/Query", "gateway db", "1 request, 2 calls");
      assertThat(run(new PsCommand(), both("--json"))).isEqualTo(ExitCode.OK);
      assertThat(text()).contains("\"request_id\": \"" + id + "\"", "\"unreachable\": []");
    }
  }

  @Test
  void anInstanceThatIsAway_isNoObstacle() throws Exception {
    String away = "127.0.0.1:" + freePort();
    assertThat(run(new PsCommand(), both("-i", away, "--json"))).isEqualTo(ExitCode.OK);
    assertThat(text()).contains("\"instance\": \"" + away + "\"", "cannot be reached");
    assertThat(run(new PsCommand(), "-i", away)).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aNameIsResolved_toEveryAddressItHas() throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = begin(id)) {
      String name = "dns:///localhost:" + db.getPort();
      assertThat(run(new PsCommand(), "-i", name)).isEqualTo(ExitCode.OK);
      assertThat(text()).contains(id.toString());
    }
  }

  @Test
  void tree_showsWhoCalledWhom_andAfterwardsWhy() throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = begin(id)) {
      assertThat(run(new TreeCommand(), both(id.toString()))).isEqualTo(ExitCode.OK);
      assertThat(text().lines())
          .satisfiesExactly(
              line -> assertThat(line).startsWith("gateway/g1  Db/Query  live"),
              line -> assertThat(line).startsWith("`- db/d1  Db/Query  query slow  live"));
      assertThat(
              run(
                  new CancelCommand(),
                  both(id.toString(), "--code", "TOO_HEAVY", "--message", "sorry", "--wait")))
          .isEqualTo(ExitCode.OK);
      assertThat(text()).contains("gateway/g1  Db/Query  stopped", "have stopped.");
      assertThat(run(new TreeCommand(), both(id.toString()))).isEqualTo(ExitCode.OK);
      assertThat(text())
          .contains("stopped", "TOO_HEAVY \"sorry\" by 127.0.0.1 at gateway/g1", "`- db/d1");
    }
  }

  @Test
  void tree_ofAnUnknownRequest_fails() throws Exception {
    assertThat(run(new TreeCommand(), both(RequestId.random().toString())))
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void cancel_dryRun_endsNothing_thenCancelDoes_andTheCallerIsTold() throws Exception {
    RequestId id = RequestId.random();
    CancelScope scope = Context.background().withCancel();
    Future<QueryReply> answer = query(scope, id);
    awaitBegun(2);
    assertThat(run(new CancelCommand(), both(id.toString(), "--dry-run"))).isEqualTo(ExitCode.OK);
    assertThat(text()).contains("Would cancel 2 calls.");
    assertThat(answer.isDone()).isFalse();
    assertThat(run(new CancelCommand(), both(id.toString(), "--json"))).isEqualTo(ExitCode.OK);
    Cancellation told = cancellationOf(answer);
    assertThat(told.reason().code()).isEqualTo("ADMIN");
    assertThat(Objects.requireNonNull(told.origin()).service()).isEqualTo("gateway");
  }

  @Test
  void cancel_beforeTheRequestArrives_endsItWhenItDoes() throws Exception {
    RequestId id = RequestId.random();
    assertThat(run(new CancelCommand(), both(id.toString(), "--code", "NEVER")))
        .isEqualTo(ExitCode.OK);
    assertThat(text()).contains("Nothing of it runs here yet");
    try (CancelScope scope = Context.background().withCancel()) {
      assertThat(cancellationOf(query(scope, id)).reason().code()).isEqualTo("NEVER");
    }
    assertThat(begun).isEmpty();
  }

  /** It takes connections and says nothing, as a process does that is out of its own control. */
  @Test
  void cancel_besideAnInstanceThatIsSilent_saysWhatHasEnded() throws Exception {
    RequestId id = RequestId.random();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        CancelScope scope = Context.background().withCancel()) {
      String away = "127.0.0.1:" + silent.getLocalPort();
      Future<QueryReply> answer = query(scope, id);
      awaitBegun(2);
      String[] cancel = {id.toString(), "--wait", "--timeout", "4s", "-i", away};
      assertThat(run(new CancelCommand(), both(cancel))).isEqualTo(ExitCode.OK);
      assertThat(text()).contains("Canceled 2 calls; 2 have stopped.");
      assertThat(cancellationOf(answer).reason().code()).isEqualTo("ADMIN");
    }
  }

  @Test
  void cancel_ofWhatNobodyTellsOf_doesNotSayThatNothingRuns() throws Exception {
    String id = RequestId.random().toString();
    assertThat(run(new CancelCommand(), id, "-i", "127.0.0.1:" + freePort()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(text()).contains("whoever did not answer may have it").doesNotContain("runs here");
  }

  @Test
  void watch_tellsWhatHappens_lineByLine() throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = begin(id)) {
      assertThat(run(new WatchCommand(), both(id.toString(), "--for", "1s", "--json")))
          .isEqualTo(ExitCode.OK);
      assertThat(text().lines().filter(line -> line.contains(id.toString())))
          .hasSize(2)
          .allMatch(line -> line.startsWith("{\"event\": \"OPENED\""));
    }
  }

  @Test
  void nonsense_isNamed() {
    wrong("Which instances?", new PsCommand());
    wrong("not host:port", new PsCommand(), "-i", "nowhere");
    wrong("32 hex digits", new TreeCommand(), both("12"));
    wrong("UPPER_SNAKE", new CancelCommand(), both(RequestId.random().toString(), "--code", "no!"));
  }

  @Test
  void instances_comeFromFlagsBeforeTheEnvironment() {
    Map<String, String> environment =
        Map.of("RIPCORD_INSTANCES", "a:1, b:2", "RIPCORD_GATEWAY", "c:3");
    assertThat(OperatorOptions.targets(List.of("x:1"), environment)).containsExactly("x:1");
    assertThat(OperatorOptions.targets(List.of(), environment)).containsExactly("a:1", "b:2");
    assertThat(OperatorOptions.targets(List.of(), Map.of("RIPCORD_GATEWAY", "c:3")))
        .containsExactly("c:3");
  }

  @Test
  void whatProcessesSay_isMadeSafeToPrint() {
    assertThat(Words.safe("a\u001b[2J\nb")).isEqualTo("a?[2J?b");
    assertThat(Words.time(Duration.ofNanos(1_234_567))).isEqualTo("1.2 ms");
    assertThat(Words.time(Duration.ofMillis(-2_340))).isEqualTo("-2.3 s");
    assertThat(Words.time(Duration.ofMinutes(5))).isEqualTo("5 min");
  }

  // Tools.

  private CancelScope begin(RequestId id) throws InterruptedException {
    CancelScope scope = Context.background().withCancel();
    query(scope, id);
    awaitBegun(2);
    return scope;
  }

  private Future<QueryReply> query(CancelScope scope, RequestId id) {
    return toFront
        .db()
        .in(Ripcord.withRequestId(scope.context(), id))
        .future()
        .query(QueryRequest.newBuilder().setName("slow").build());
  }

  private void awaitBegun(int handlers) throws InterruptedException {
    for (int i = 0; i < handlers; i++) {
      Objects.requireNonNull(
          begun.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS), "no handler has begun");
    }
  }

  private static Cancellation cancellationOf(Future<?> answer) throws InterruptedException {
    try {
      answer.get();
      throw new AssertionError("answered");
    } catch (ExecutionException e) {
      return Objects.requireNonNull(CancellationStatus.of(e), e::toString);
    }
  }

  private int run(OperatorCommand command, String... arguments) throws Exception {
    out.reset();
    new CommandLine(command).parseArgs(arguments);
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    try (Instances instances = command.options.open()) {
      return command.run(instances, new Terminal(print, false, false));
    }
  }

  private void wrong(String message, OperatorCommand command, String... arguments) {
    assertThatExceptionOfType(ParameterException.class)
        .isThrownBy(() -> run(command, arguments))
        .withMessageContaining(message);
  }

  private String[] both(String... more) {
    List<String> arguments = new ArrayList<>(List.of("-i", address(front), "-i", address(db)));
    arguments.addAll(List.of(more));
    return arguments.toArray(new String[0]);
  }

  private static String address(Server server) {
    return "127.0.0.1:" + server.getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private String text() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
