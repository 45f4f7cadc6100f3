package dev.ripcord.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.server.MemoryDb;
import dev.ripcord.server.TestServer;
import dev.ripcord.server.Values;
import dev.ripcord.server.identity.IdentityRole;
import dev.ripcord.server.token.TokenRole;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.gateway.v1.AnswerLeakReply;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.gateway.v1.ExportRequest;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.LoginReply;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.gateway.v1.OverviewRequest.Branch;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.RevokeRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import dev.ripcord.services.v1.Work;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The three roles over real sockets, db's tables in memory.
 *
 * <pre>
 *   edge - gateway - identity - db
 *                  - db
 *                  - token
 * </pre>
 */
class GatewayTest {
  // "correct horse alice"
  private static final String HASH =
      "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"
          + "$0I1wQ7uN4Bc2tupxKAE3m/baTN1kE5xVuXA9iwNosXY";

  private final MemoryDb tables = new MemoryDb(InstantSource.system());
  private final Ripcord edge =
      Ripcord.builder().service("edge").propagate(Values.TENANT, Values.BADGE).build();
  private final List<TestServer> servers = new ArrayList<>();
  private static TestServer tokenServer; // for all tests: it writes its history first
  private TestServer identityServer;
  private TestServer gatewayServer;
  private GatewayGrpc.GatewayBlockingStub gateway;

  @BeforeAll
  static void startToken() throws Exception {
    tokenServer = TestServer.of(new TokenRole(), Map.of());
  }

  @AfterAll
  static void stopToken() throws Exception {
    tokenServer.close();
  }

  @BeforeEach
  void start() throws Exception {
    tables.addUser("alice", "admin,user", HASH);
    TestServer db = keep(tables.serve());
    identityServer = keep(TestServer.of(new IdentityRole(), Map.of("db", db)));
    Map<String, TestServer> peers =
        Map.of("db", db, "token", tokenServer, "identity", identityServer);
    gatewayServer = keep(TestServer.of(new GatewayRole(), peers));
    gateway = GatewayGrpc.newBlockingStub(gatewayServer.channelFor(edge));
  }

  private TestServer keep(TestServer server) {
    servers.add(0, server);
    return server;
  }

  @AfterEach
  void stop() throws Exception {
    tables.auditGate.countDown();
    for (TestServer server : servers) {
      server.close();
    }
  }

  @Test
  void loginAsksThreeServicesInTurnAndTellsWhatEachSaw() throws Exception {
    byte[] badge = {0, -1, 7};
    Context context =
        Context.background().withValue(Values.TENANT, "acme").withValue(Values.BADGE, badge);
    try (CancelScope scope = context.withTimeout(Duration.ofMinutes(1))) {
      LoginReply login = scope.context().call(this::login);
      assertThat(login.getSessionId()).isNotEmpty();
      assertThat(login.getToken()).isNotEmpty();
      List<Visit> visits = login.getVisitsList();
      assertThat(visits)
          .extracting(Visit::getService, Visit::getDepth)
          .containsExactly(
              tuple("gateway", 0),
              tuple("identity", 1),
              tuple("db", 2),
              tuple("db", 2),
              tuple("token", 1));
      assertThat(visits)
          .allMatch(visit -> visit.getTenant().equals("acme"))
          .allMatch(visit -> visit.getBadge().equals(ByteString.copyFrom(badge)))
          .allMatch(visit -> visit.getPid() == ProcessHandle.current().pid());
      assertThat(visits.get(1).getRemainingUs()).isLessThan(visits.get(0).getRemainingUs());
      assertThat(visits.get(2).getRemainingUs())
          .isPositive()
          .isLessThan(visits.get(1).getRemainingUs());
    }
  }

  @Test
  void aWrongPasswordIsToldAsIdentityTellsIt() {
    assertFails(
        () -> gateway.login(LoginRequest.newBuilder().setUser("alice").setPassword("x").build()),
        Status.Code.UNAUTHENTICATED,
        "user or password is wrong");
  }

  @Test
  void anOverviewMergesAllBranches() {
    OverviewReply reply = gateway.overview(overview(Load.LIGHT).setRegion("south").build());
    assertThat(reply.getProfile().getUser()).isEqualTo("alice");
    assertThat(reply.getReport(0).getColumns(0).getValue()).isEqualTo("south");
    assertThat(reply.getClaims().getSubject()).isEqualTo("alice");
    assertThat(reply.getVisitsList())
        .extracting(Visit::getService)
        .containsExactly("gateway", "identity", "db", "db", "token");
  }

  @Test
  void onlyTheBranchesAskedForAreAsked() {
    OverviewReply reply =
        gateway.overview(
            OverviewRequest.newBuilder().addBranches(Branch.DB).addBranches(Branch.DB).build());
    assertThat(reply.getVisitsList())
        .extracting(Visit::getService)
        .containsExactly("gateway", "db");
    assertThat(reply.getReport(0).getColumns(0).getValue()).isEqualTo("north");
    assertThat(reply.hasProfile()).isFalse();
    assertThat(reply.hasClaims()).isFalse();
  }

  @Test
  void badRequestsAreRefusedWithWhatIsWrong() {
    assertRefused(() -> gateway.overview(OverviewRequest.getDefaultInstance()), "user is empty");
    assertRefused(
        () -> gateway.overview(OverviewRequest.newBuilder().setUser("alice").build()),
        "token is empty");
    assertRefused(
        () -> gateway.overview(OverviewRequest.newBuilder().addBranchesValue(9).build()),
        "branches has one that is none of IDENTITY, DB and TOKEN");
    OverviewRequest.Builder request = overview(Load.LIGHT);
    assertRefused(
        () -> gateway.overview(request.setAudit("x".repeat(501)).build()),
        "audit has 501 characters, more than 500");
    assertRefused(
        () -> gateway.login(LoginRequest.newBuilder().setUser("a\u0007").build()),
        "user has control characters");
    assertRefused(() -> export("").next(), "region is empty");
    assertThat(tables.audits).isEmpty();
  }

  private static void assertRefused(ThrowingCallable call, String why) {
    assertFails(call, Status.Code.INVALID_ARGUMENT, why);
  }

  @Test
  void aPeersRefusalIsToldAsItIs() {
    OverviewRequest request = overview(Load.LIGHT).setUser("mallory").build();
    assertFails(
        () -> gateway.overview(request), Status.Code.NOT_FOUND, "there is no user \"mallory\"");
  }

  @Test
  void aCancelEndsEveryBranchInEveryService() throws Exception {
    OverviewRequest request = overview(Load.HEAVY).build();
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<OverviewReply> call =
          start(() -> scope.context().call(() -> gateway.overview(request)));
      await().until(() -> tables.heavy.get() == 2);
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      assertFails(call, Status.Code.CANCELLED);
      awaitQuiet();
      assertThat(tables.ended).hasSize(2).allMatch(why -> why.kind() == Cancellation.Kind.CANCELED);
    }
  }

  @Test
  void aDeadlineEndsEveryBranchAsADeadline() throws Exception {
    OverviewRequest request = overview(Load.HEAVY).build();
    try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(2))) {
      FutureTask<OverviewReply> call =
          start(() -> scope.context().call(() -> gateway.overview(request)));
      assertFails(call, Status.Code.DEADLINE_EXCEEDED);
      awaitQuiet();
      assertThat(tables.ended)
          .hasSize(2)
          .allMatch(why -> why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void aRejectedTokenEndsItsSiblingsAndIsTheAnswer() throws Exception {
    OverviewRequest request = overview(Load.HEAVY).build();
    String id =
        gateway.overview(request.toBuilder().setLoad(Load.LIGHT).build()).getClaims().getTokenId();
    FutureTask<OverviewReply> call = start(() -> gateway.overview(request));
    await().until(() -> tables.heavy.get() == 2);
    TokenGrpc.newBlockingStub(tokenServer.channelFor(edge))
        .revoke(RevokeRequest.newBuilder().setTokenId(id).build());
    assertThatThrownBy(call::get).hasMessageContaining("UNAUTHENTICATED: token was revoked");
    awaitQuiet();
    assertThat(tables.ended).hasSize(2);
    assertThat(callsOf("ripcord.services.gateway.v1.Gateway/Overview"))
        .containsExactlyInAnyOrder(
            "ripcord.services.identity.v1.Identity/GetProfile SIBLING_FAILED",
            "ripcord.services.db.v1.Db/Query SIBLING_FAILED",
            "ripcord.services.token.v1.Token/Verify ",
            // Of the light one.
            "ripcord.services.identity.v1.Identity/GetProfile ",
            "ripcord.services.db.v1.Db/Query ",
            "ripcord.services.token.v1.Token/Verify ");
  }

  /** The calls that gateway made for a call of {@code method}, and why it gave them up. */
  private List<String> callsOf(String method) {
    List<String> calls = new ArrayList<>();
    ContextsGrpc.newBlockingStub(gatewayServer.plainChannel())
        .list(ListRequest.newBuilder().setIncludeStopped(true).build())
        .forEachRemaining(
            node -> {
              if (node.getMethod().equals(method)) {
                node.getCallsList()
                    .forEach(
                        c ->
                            calls.add(
                                c.getMethod() + " " + c.getCancellation().getReason().getCode()));
              }
            });
    return calls;
  }

  @Test
  void aLeakIsAnsweredByThreeServicesSideBySide() {
    AnswerLeakReply reply =
        gateway.answerLeak(leak().addPasswords("correct horse alice").setRegion("south").build());
    assertThat(reply.getFound()).isTrue();
    assertThat(reply.getReportCsvGz().toStringUtf8()).isEqualTo("sales_report south");
    assertThat(reply.getVisitsList())
        .extracting(Visit::getService)
        .containsExactly("gateway", "token", "identity", "db", "db", "token");
    TokenGrpc.TokenBlockingStub token = TokenGrpc.newBlockingStub(tokenServer.channelFor(edge));
    assertThat(
            token.issue(IssueRequest.newBuilder().setSubject("x").build()).getClaims().getKeyId())
        .isEqualTo(reply.getKeyId());
    // Good until it expires, whatever key is used now.
    gateway.answerLeak(leak().build());
  }

  @Test
  void onlyAnAdministratorAnswersLeaks() {
    tables.addUser("bob", "user", HASH);
    LoginReply bob =
        gateway.login(
            LoginRequest.newBuilder().setUser("bob").setPassword("correct horse alice").build());
    assertFails(
        () -> gateway.answerLeak(leak().setToken(bob.getToken()).build()),
        Status.Code.PERMISSION_DENIED,
        "the token does not name an admin");
    assertFails(
        () -> gateway.answerLeak(leak().setToken("rubbish").build()),
        Status.Code.UNAUTHENTICATED,
        "token is malformed: not three parts of a signed JWT");
    assertThat(callsOf("ripcord.services.gateway.v1.Gateway/AnswerLeak"))
        .hasSize(2)
        .allMatch(call -> call.startsWith("ripcord.services.token.v1.Token/Verify"));
  }

  @Test
  void whatIsNoLeakIsRefusedWithWhatIsWrong() {
    assertRefused(() -> gateway.answerLeak(leak().clearToken().build()), "token is empty");
    assertRefused(() -> gateway.answerLeak(leak().clearUser().build()), "user is empty");
    assertRefused(
        () -> gateway.answerLeak(leak().clearPasswords().build()), "passwords are missing");
    assertRefused(
        () -> gateway.answerLeak(leak().setRegion("x".repeat(65)).build()),
        "region has 65 characters, more than 64");
    assertRefused(
        () -> gateway.answerLeak(leak().setLoadValue(7).build()),
        "load is neither LIGHT nor HEAVY");
  }

  @Test
  void aCancelEndsTheAnswerToALeakInEveryService() throws Exception {
    // Of the trail, which the rotation then waits for.
    TokenGrpc.TokenFutureStub token = TokenGrpc.newFutureStub(tokenServer.channelFor(edge));
    RequestId proving = RequestId.random();
    RequestId id = RequestId.random();
    AnswerLeakRequest request =
        leak().setLoad(Load.HEAVY).addAllPasswords(Collections.nCopies(900, "hunter2")).build();
    try (CancelScope proof = Ripcord.withRequestId(Context.background(), proving).withCancel();
        CancelScope scope = Ripcord.withRequestId(Context.background(), id).withCancel()) {
      var verification =
          proof
              .context()
              .call(
                  () ->
                      token.verify(
                          VerifyRequest.newBuilder()
                              .setToken(request.getToken())
                              .setLoad(Load.HEAVY)
                              .build()));
      await().until(() -> kinds(tokenServer, proving).equals(List.of(Work.Kind.PROOF)));
      FutureTask<AnswerLeakReply> call =
          start(() -> scope.context().call(() -> gateway.answerLeak(request)));
      await()
          .until(
              () ->
                  tables.heavy.get() == 1
                      && kinds(identityServer, id).equals(List.of(Work.Kind.HASH))
                      && kinds(tokenServer, id).equals(List.of(Work.Kind.LOCK)));

      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));

      assertFails(call, Status.Code.CANCELLED);
      await()
          .until(
              () ->
                  tables.heavy.get() == 0
                      && hasStopped(identityServer, id)
                      && hasStopped(tokenServer, id)
                      && tokenServer.ripcord().liveCalls() == 1);
      assertThat(verification.isDone()).isFalse();
      assertThat(hasStopped(tokenServer, proving)).isFalse();
    }
    awaitQuiet();
    gateway.answerLeak(leak().build()); // the lock is free again
  }

  private static List<Work.Kind> kinds(TestServer in, RequestId request) {
    return in.work().of(request).stream().map(Work::getKind).toList();
  }

  private static boolean hasStopped(TestServer in, RequestId request) {
    return in.work().of(request).stream().allMatch(work -> work.getStoppedMonotonicNs() != 0);
  }

  private AnswerLeakRequest.Builder leak() {
    return AnswerLeakRequest.newBuilder()
        .setToken(login().getToken())
        .setUser("alice")
        .addPasswords("hunter2");
  }

  @Test
  void aPlainCallersCancelEndsEverythingToo() {
    OverviewRequest request = overview(Load.HEAVY).build();
    var call = GatewayGrpc.newFutureStub(gatewayServer.plainChannel()).overview(request);
    await().until(() -> tables.heavy.get() == 2);
    call.cancel(true);
    awaitQuiet();
    assertThat(tables.ended).hasSize(2);
  }

  @Test
  void aDrainTellsTheCallerWhy() throws Exception {
    OverviewRequest request = overview(Load.HEAVY).build();
    FutureTask<OverviewReply> call = start(() -> gateway.overview(request));
    await().until(() -> tables.heavy.get() == 2);
    servers.remove(gatewayServer);
    gatewayServer.close();
    assertThatThrownBy(call::get)
        .isInstanceOfSatisfying(
            ExecutionException.class,
            e -> {
              Cancellation why = CancellationStatus.of(e);
              assertThat(why).isNotNull();
              assertThat(why.reason().code()).isEqualTo("SHUTDOWN");
            });
    awaitQuiet();
  }

  @Test
  void anAuditRecordIsWrittenThoughItsRequestWasCanceled() throws Exception {
    tables.auditGate = new CountDownLatch(1);
    OverviewRequest request = overview(Load.HEAVY).setAudit("overview of alice").build();
    Context acme = Context.background().withValue(Values.TENANT, "acme");
    try (CancelScope scope = acme.withCancel()) {
      FutureTask<OverviewReply> call =
          start(() -> scope.context().call(() -> gateway.overview(request)));
      // In the middle of it.
      await().until(() -> tables.heavy.get() == 2 && tables.auditing.get() == 1);
      scope.cancel();
      assertFails(call, Status.Code.CANCELLED);
      await().until(() -> tables.heavy.get() == 0);
      assertThat(tables.auditing).hasValue(1);
    }
    assertThat(tables.audits).isEmpty();
    tables.auditGate.countDown();
    await().until(() -> tables.audits.contains("overview of alice for acme"));
  }

  @Test
  void anAnswerDoesNotWaitForItsAuditRecord() {
    tables.auditGate = new CountDownLatch(1);
    OverviewReply reply =
        gateway.overview(overview(Load.LIGHT).setAudit("overview of alice").build());
    assertThat(reply.getProfile().getUser()).isEqualTo("alice");
    assertThat(tables.audits).isEmpty();
    await().until(() -> tables.auditing.get() == 1);
    tables.auditGate.countDown();
    await().until(() -> tables.audits.size() == 1);
  }

  @Test
  void aDrainWaitsForAuditRecords() throws Exception {
    tables.auditGate = new CountDownLatch(1);
    gateway.overview(overview(Load.LIGHT).setAudit("overview of alice").build());
    await().until(() -> tables.auditing.get() == 1);
    servers.remove(gatewayServer);
    FutureTask<Boolean> drain =
        start(
            () -> {
              gatewayServer.close();
              return tables.audits.size() == 1;
            });
    await().until(() -> gatewayServer.ripcord().root().isDone());
    assertThat(drain.isDone()).isFalse();
    tables.auditGate.countDown();
    assertThat(drain.get()).isTrue();
  }

  @Test
  void anExportPassesAllRowsInOrder() {
    tables.rows = 3_000;
    Iterator<Row> rows = export("north");
    for (int i = 0; i < 3_000; i++) {
      String id = Integer.toString(i);
      assertThat(rows.next().getColumnsList()).anyMatch(column -> column.getValue().equals(id));
    }
    assertThat(rows.hasNext()).isFalse();
  }

  @Test
  void anExportIsNoFasterThanItsCallerAndStopsWithIt() throws Exception {
    tables.rows = 100_000;
    try (CancelScope scope = Context.background().withCancel()) {
      Iterator<Row> rows = scope.context().call(() -> export("north"));
      rows.next();
      tables.awaitStandstill();
      // What all buffers on the way hold, of rows of a kilobyte.
      assertThat(tables.streamed.get()).isBetween(2, 5_000);
      scope.cancel();
      awaitQuiet();
      await().until(() -> tables.ended.size() == 1);
    }
  }

  @Test
  void anExportsRefusalIsToldAsItIs() {
    assertFails(() -> export("nowhere").next(), Status.Code.NOT_FOUND, "no region nowhere");
  }

  private Iterator<Row> export(String region) {
    return gateway.export(ExportRequest.newBuilder().setRegion(region).build());
  }

  /** Until no handler runs anywhere. */
  private void awaitQuiet() {
    await()
        .until(
            () ->
                tables.heavy.get() == 0
                    && tokenServer.ripcord().liveCalls() == 0
                    && servers.stream().allMatch(server -> server.ripcord().liveCalls() == 0));
  }

  private LoginReply login() {
    return gateway.login(
        LoginRequest.newBuilder().setUser("alice").setPassword("correct horse alice").build());
  }

  private OverviewRequest.Builder overview(Load load) {
    return OverviewRequest.newBuilder().setUser("alice").setToken(login().getToken()).setLoad(load);
  }

  private static void assertFails(FutureTask<?> call, Status.Code code) {
    assertThatThrownBy(call::get)
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  private static void assertFails(ThrowingCallable call, Status.Code code, String description) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(e.getStatus().getDescription()).isEqualTo(description);
            });
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task).start();
    return task;
  }
}
