package dev.ripcord.client.demo;

import com.google.protobuf.Message;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.db.v1.ActivityReply;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.gateway.v1.LoginReply;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.identity.v1.OpenSessionRequest;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.ListWorkRequest;
import dev.ripcord.services.v1.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the scenarios play on: the processes, the connections to them, and a person who is logged
 * in.
 */
final class Stage implements AutoCloseable {
  static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());
  static final Key<byte[]> BADGE = Key.propagated("badge", ValueCodec.bytes());
  static final String TENANT_VALUE = "acme";
  static final String USER = "alice";
  private static final String PASSWORD = "correct horse " + USER;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int LEAKED_PASSWORDS = 1_000; // a minute of hashing
  private static final int PROBES = 10;
  private static final Duration SLOW = Duration.ofMillis(20); // some two, when nothing else runs
  private static final Duration CLEANING_UP = Duration.ofSeconds(2);

  private final Cluster cluster;
  private final Ripcord ripcord;
  private final ServiceConnection gateway;
  private final ServiceConnection db;
  private final ServiceConnection token;
  private final ServiceConnection identity;
  private final Observatory observatory;
  private String jwt = ""; // of the person; set before anything is played

  private Stage(Cluster cluster) {
    this.cluster = cluster;
    this.ripcord = Ripcord.builder().service("demo").propagate(TENANT, BADGE).build();
    this.gateway = ServiceConnection.open(ripcord, cluster.address("gateway"));
    this.db = ServiceConnection.open(ripcord, cluster.address("db"));
    this.token = ServiceConnection.open(ripcord, cluster.address("token"));
    this.identity = ServiceConnection.open(ripcord, cluster.address("identity"));
    this.observatory = new Observatory(cluster.addresses());
  }

  /**
   * On a cluster that has started. One whole request is done first, so that the scenarios do not
   * meet cold processes.
   */
  static Stage on(Cluster cluster) throws CannotRun, InterruptedException {
    Stage stage = new Stage(cluster);
    try {
      stage.warmUp();
      return stage;
    } catch (CannotRun | InterruptedException | RuntimeException e) {
      stage.close();
      throw e;
    }
  }

  private void warmUp() throws CannotRun, InterruptedException {
    jwt = logIn();
    try (Request first = begin(overview(Load.LIGHT).build())) {
      Request.End end = first.awaitEnd();
      if (end.reply() == null) {
        throw new CannotRun("The services have started, but the first request failed: " + end);
      }
    }
  }

  /** A new token, for a session of its own. */
  String logIn() {
    return openSession().getToken();
  }

  /** A new session, and a token for it. */
  LoginReply openSession() {
    try (CancelScope scope = root().withTimeout(PATIENCE)) {
      LoginRequest login = LoginRequest.newBuilder().setUser(USER).setPassword(PASSWORD).build();
      return gateway.gateway().in(scope.context()).blocking().login(login);
    }
  }

  /** Has identity check the person's password, and no token issued for it; the session's id. */
  String checkPassword() {
    try (CancelScope scope = root().withTimeout(PATIENCE)) {
      OpenSessionRequest request =
          OpenSessionRequest.newBuilder().setUser(USER).setPassword(PASSWORD).build();
      return identity.identity().in(scope.context()).blocking().openSession(request).getSessionId();
    }
  }

  /** Bytes that are no text: what survives them survives all. */
  static byte[] badge() {
    return new byte[] {0, (byte) 0xca, (byte) 0xfe, (byte) 0xff, '\n'};
  }

  /** What all requests of the demo carry. */
  static Context root() {
    return Context.background().withValue(TENANT, TENANT_VALUE).withValue(BADGE, badge());
  }

  /** A request for everything about the person who is logged in. */
  OverviewRequest.Builder overview(Load load) {
    return OverviewRequest.newBuilder().setUser(USER).setToken(jwt).setLoad(load);
  }

  /** Makes a request that keeps all four services at all kinds of work. */
  Request beginLeakAnswer() {
    AnswerLeakRequest.Builder request =
        AnswerLeakRequest.newBuilder().setToken(jwt).setUser(USER).setLoad(Load.HEAVY);
    for (int i = 1; i <= LEAKED_PASSWORDS; i++) {
      request.addPasswords("password" + i);
    }
    return begin(
        RequestId.random(),
        Context::withCancel,
        context -> gateway.gateway().in(context).future().answerLeak(request.build()));
  }

  /** Makes a request to token alone, which shares the lock of the keys for many seconds. */
  Request beginProof() {
    VerifyRequest request = VerifyRequest.newBuilder().setToken(jwt).setLoad(Load.HEAVY).build();
    return begin(
        RequestId.random(),
        Context::withCancel,
        context -> token.token().in(context).future().verify(request));
  }

  /** Makes a request that only its scope ends. */
  Request begin(OverviewRequest request) {
    return begin(request, Context::withCancel);
  }

  /** Makes a request in a scope. */
  Request begin(OverviewRequest request, Function<Context, CancelScope> scoped) {
    return begin(gateway, RequestId.random(), request, scoped);
  }

  /** Makes a request with a name of the caller's choice. */
  Request begin(RequestId id, OverviewRequest request) {
    return begin(gateway, id, request, Context::withCancel);
  }

  /** Makes a request to another gateway than usual. */
  Request begin(ServiceConnection to, OverviewRequest request) {
    return begin(to, RequestId.random(), request, Context::withCancel);
  }

  private static Request begin(
      ServiceConnection to,
      RequestId id,
      OverviewRequest request,
      Function<Context, CancelScope> scoped) {
    return begin(id, scoped, context -> to.gateway().in(context).future().overview(request));
  }

  private static Request begin(
      RequestId id,
      Function<Context, CancelScope> scoped,
      Function<Context, Future<? extends Message>> call) {
    long started = System.nanoTime();
    CancelScope scope = scoped.apply(Ripcord.withRequestId(root(), id));
    return new Request(id, scope, call.apply(scope.context()), started);
  }

  /** A connection to a process that is not one of the usual. */
  ServiceConnection connect(String address) {
    return ServiceConnection.open(ripcord, address);
  }

  /**
   * Waits until all of a heavy request runs: five calls, and both statements on the database
   * server.
   */
  List<Node> awaitAllAtWork(RequestId id) throws InterruptedException {
    return awaitAllAtWork(id, observatory);
  }

  /** The same, seen from where one can also see other processes. */
  List<Node> awaitAllAtWork(RequestId id, Observatory from) throws InterruptedException {
    List<Node> nodes = from.await(id, Shape::isComplete, PATIENCE);
    awaitStatements(Shape.STATEMENTS);
    return nodes;
  }

  /** Waits until the database server says that so many statements run; returns how many do. */
  int awaitStatements(int wanted) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    int active = activity().getStatementsCount();
    while (active < wanted && System.nanoTime() - until < 0) {
      Observatory.pause();
      active = activity().getStatementsCount();
    }
    return active;
  }

  /** Waits until a request's nodes are as wanted; returns them as they were last. */
  List<Node> awaitNodes(RequestId id, Predicate<List<Node>> wanted) throws InterruptedException {
    return observatory.await(id, wanted, PATIENCE);
  }

  /**
   * Waits until what the services do for a request is as wanted; returns it as it was last. Begun
   * first comes first.
   *
   * @param eventNanos what times count from
   */
  List<WorkResult> awaitWork(RequestId id, long eventNanos, Predicate<List<WorkResult>> wanted)
      throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    List<WorkResult> work = work(id, eventNanos);
    while (!wanted.test(work) && System.nanoTime() - until < 0) {
      Observatory.pause();
      work = work(id, eventNanos);
    }
    return work;
  }

  private List<WorkResult> work(RequestId id, long eventNanos) {
    ListWorkRequest question =
        ListWorkRequest.newBuilder().setRequestId(Instances.bytes(id)).build();
    List<WorkResult> work = new ArrayList<>();
    Map.of("db", db, "identity", identity, "token", token)
        .forEach(
            (service, process) ->
                process
                    .work()
                    .in(Context.background())
                    .blocking()
                    .list(question)
                    .getWorkList()
                    .forEach(each -> work.add(WorkResult.of(service, each, eventNanos))));
    work.sort(Comparator.comparingInt(WorkResult::order));
    return List.copyOf(work);
  }

  /** Has tokens signed with a new key; waits as long for it as for anything here. */
  String rotateKey() {
    try (CancelScope scope = root().withTimeout(PATIENCE)) {
      return token
          .token()
          .in(scope.context())
          .blocking()
          .rotateKey(RotateKeyRequest.getDefaultInstance())
          .getKeyId();
    }
  }

  /** Waits until every handler has returned. */
  List<Node> awaitAllStopped(RequestId id) throws InterruptedException {
    return observatory.await(id, nodes -> !nodes.isEmpty() && Tree.haveAllStopped(nodes), PATIENCE);
  }

  /** Waits until no statement is active, for a moment; returns how many are. */
  int awaitIdleDatabase() throws InterruptedException {
    long until = System.nanoTime() + CLEANING_UP.toNanos();
    int active = activity().getStatementsCount();
    while (active > 0 && System.nanoTime() - until < 0) {
      Observatory.pause();
      active = activity().getStatementsCount();
    }
    return active;
  }

  /** Whether even small calls take long here. */
  boolean isBusy() {
    long slowest = 0;
    for (int i = 0; i < PROBES; i++) {
      long begun = System.nanoTime();
      activity();
      slowest = Math.max(slowest, System.nanoTime() - begun);
    }
    return slowest > SLOW.toNanos();
  }

  /** What the database server says that it does. */
  ActivityReply activity() {
    return db.db()
        .in(Context.background())
        .blocking()
        .activity(ActivityRequest.getDefaultInstance());
  }

  /** Runs a named query. */
  QueryReply query(String name, String parameter, String value) {
    return db.db().in(root()).blocking().query(question(name, parameter, value));
  }

  /** Begins a named query. */
  Future<QueryReply> startQuery(String name, String parameter, String value) {
    return db.db().in(root()).future().query(question(name, parameter, value));
  }

  private static QueryRequest question(String name, String parameter, String value) {
    return QueryRequest.newBuilder().setName(name).putParameters(parameter, value).build();
  }

  /** For a caller in another process. */
  String jwt() {
    return jwt;
  }

  Observatory observatory() {
    return observatory;
  }

  ServiceConnection token() {
    return token;
  }

  ServiceConnection identity() {
    return identity;
  }

  Cluster cluster() {
    return cluster;
  }

  @Override
  public void close() {
    observatory.close();
    gateway.close();
    db.close();
    token.close();
    identity.close();
  }
}
