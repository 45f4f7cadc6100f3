package dev.ripcord.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.grpc.CancellationStatus;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.CpuPool;
import dev.ripcord.server.Elsewhere;
import dev.ripcord.server.MemoryDb;
import dev.ripcord.server.SessionKey;
import dev.ripcord.server.TestServer;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.identity.v1.CheckSessionReply;
import dev.ripcord.services.identity.v1.CheckSessionRequest;
import dev.ripcord.services.identity.v1.FindLeakedReply;
import dev.ripcord.services.identity.v1.FindLeakedRequest;
import dev.ripcord.services.identity.v1.GetProfileReply;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.identity.v1.OpenSessionReply;
import dev.ripcord.services.identity.v1.OpenSessionRequest;
import dev.ripcord.services.identity.v1.Profile;
import dev.ripcord.services.identity.v1.RevokeSessionRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import dev.ripcord.services.v1.Work;
import dev.ripcord.testing.FakeTime;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IdentityServiceTest {
  private static final String HASH = Passwords.hash("correct horse alice");

  private final FakeTime time = new FakeTime();
  private final MemoryDb tables = new MemoryDb(time::now);
  private final CpuPool hashers = new CpuPool("password hashes", 1, 4);
  private final Ripcord edge = Ripcord.builder().service("edge").propagate(SessionKey.KEY).build();
  private TestServer db;
  private TestServer server;
  private IdentityGrpc.IdentityBlockingStub identity;

  @BeforeEach
  void start() throws Exception {
    tables.addUser("alice", "admin,user", HASH);
    db = tables.serve();
    server =
        TestServer.of(
            "identity",
            Map.of("db", db),
            platform ->
                List.of(
                    new IdentityService(
                        new Directory(DbGrpc.newBlockingStub(platform.channel("db"))),
                        new Passwords(hashers, platform.work()),
                        time::now,
                        platform::visit,
                        platform.ripcord(),
                        new Elsewhere(List.of()))));
    identity = IdentityGrpc.newBlockingStub(server.channelFor(edge));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    db.close();
    hashers.close();
  }

  @Test
  void theProfileComesFromDb() {
    GetProfileReply reply = identity.getProfile(profile("alice", Load.LIGHT));
    assertThat(reply.getProfile())
        .isEqualTo(
            Profile.newBuilder()
                .setUser("alice")
                .setDisplayName("The alice")
                .setEmail("alice@example.org")
                .addRoles("admin")
                .addRoles("user")
                .build());
    assertThat(reply.getVisitsList())
        .extracting(Visit::getService)
        .containsExactly("identity", "db");
  }

  @Test
  void anUnknownUserIsNotFound() {
    assertFails(
        () -> identity.getProfile(profile("mallory", Load.LIGHT)),
        Status.Code.NOT_FOUND,
        "there is no user \"mallory\"");
  }

  @Test
  void badRequestsAreRefusedWithWhatIsWrong() {
    assertRefused(() -> identity.getProfile(profile("", Load.LIGHT)), "user is empty");
    assertRefused(
        () -> identity.getProfile(profile("x".repeat(65), Load.LIGHT)),
        "user has 65 characters, more than 64");
    assertRefused(() -> identity.openSession(open("alice", "")), "password is empty");
    assertRefused(
        () -> identity.openSession(open("alice", "x".repeat(513))),
        "password has 513 characters, more than 512");
    assertRefused(() -> check(""), "session_id is empty");
    assertRefused(() -> identity.findLeaked(leaked("", "a")), "user is empty");
    assertRefused(() -> identity.findLeaked(leaked("alice")), "passwords are missing");
    assertRefused(() -> identity.findLeaked(leaked("alice", "a", "")), "one of passwords is empty");
    assertRefused(
        () -> identity.findLeaked(leaked("alice", "x".repeat(513))),
        "one of passwords has 513 characters, more than 512");
    assertRefused(
        () -> identity.findLeaked(leaked("alice", Collections.nCopies(1_001, "a"))),
        "passwords are 1001, more than 1000");
  }

  private static void assertRefused(ThrowingCallable call, String why) {
    assertFails(call, Status.Code.INVALID_ARGUMENT, why);
  }

  @Test
  void aLeakedPasswordIsFound() {
    FindLeakedReply found =
        identity.findLeaked(leaked("alice", "hunter2", "correct horse alice", "qwerty"));
    assertThat(found.getFound()).isTrue();
    assertThat(found.getTried()).isEqualTo(2);
    assertThat(found.getVisitsList())
        .extracting(Visit::getService)
        .containsExactly("identity", "db");

    FindLeakedReply none = identity.findLeaked(leaked("alice", "hunter2"));
    assertThat(none.getFound()).isFalse();
    assertThat(none.getTried()).isEqualTo(1);
    assertFails(
        () -> identity.findLeaked(leaked("mallory", "hunter2")),
        Status.Code.NOT_FOUND,
        "there is no user \"mallory\"");
  }

  @Test
  void aCanceledSearchForLeakedPasswordsHashesNoMore() throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = Ripcord.withRequestId(Context.background(), id).withCancel()) {
      FindLeakedRequest many = leaked("alice", Collections.nCopies(1_000, "hunter2"));
      FutureTask<FindLeakedReply> search =
          start(() -> scope.context().call(() -> identity.findLeaked(many)));
      await().until(() -> hashers.running() == 1);
      assertThat(server.work().of(id))
          .singleElement()
          .matches(work -> work.getKind() == Work.Kind.HASH && work.getStoppedMonotonicNs() == 0);
      scope.cancel();
      assertThatThrownBy(search::get).hasMessageContaining("CANCELLED");
      await().until(() -> hashers.running() == 0 && server.ripcord().liveCalls() == 0);
      assertThat(server.work().of(id))
          .singleElement()
          .matches(work -> work.getStoppedMonotonicNs() > work.getBegunMonotonicNs());
    }
    // Whoever comes next does not wait behind what is left of it.
    identity.openSession(open("alice", "correct horse alice"));
  }

  private static FindLeakedRequest leaked(String user, String... passwords) {
    return leaked(user, List.of(passwords));
  }

  private static FindLeakedRequest leaked(String user, List<String> passwords) {
    return FindLeakedRequest.newBuilder().setUser(user).addAllPasswords(passwords).build();
  }

  @Test
  void aSessionsWholeLife() {
    OpenSessionReply session = identity.openSession(open("alice", "correct horse alice"));
    assertThat(session.getRolesList()).containsExactly("admin", "user");
    CheckSessionReply checked = check(session.getSessionId());
    assertThat(checked.getUser()).isEqualTo("alice");
    assertThat(checked.getExpiresAt().getSeconds()).isEqualTo(session.getExpiresAt().getSeconds());

    assertThat(revoke(session.getSessionId())).isTrue();
    assertThat(revoke(session.getSessionId())).isFalse();
    assertRejected(() -> check(session.getSessionId()), "session was revoked");
    assertRejected(() -> check("made up"), "there is no such session");
    assertThat(revoke("made up")).isFalse();
  }

  @Test
  void aSessionExpires() {
    OpenSessionReply session = identity.openSession(open("alice", "correct horse alice"));
    time.advance(Duration.ofHours(8).minusMillis(1));
    check(session.getSessionId());
    time.advance(Duration.ofMillis(1));
    assertRejected(() -> check(session.getSessionId()), "session has expired");
  }

  @Test
  void dbNeverSeesWhatOpensASession() {
    OpenSessionReply session = identity.openSession(open("alice", "correct horse alice"));
    assertThat(tables.sessionKeys())
        .hasSize(1)
        .noneMatch(key -> key.contains(session.getSessionId()));
  }

  @Test
  void aWrongPasswordAndAnUnknownUserLookTheSame() {
    assertRejected(() -> identity.openSession(open("alice", "wrong")), "user or password is wrong");
    assertRejected(
        () -> identity.openSession(open("mallory", "wrong")), "user or password is wrong");
    assertThat(tables.sessionKeys()).isEmpty();
  }

  private static void assertRejected(ThrowingCallable call, String why) {
    assertFails(call, Status.Code.UNAUTHENTICATED, why);
  }

  @Test
  void aCanceledProfileStopsHereAndInDb() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<GetProfileReply> call =
          start(
              () -> scope.context().call(() -> identity.getProfile(profile("alice", Load.HEAVY))));
      await().until(() -> tables.heavy.get() == 1);
      scope.cancel();
      assertFails(call, Status.Code.CANCELLED);
      await().until(() -> server.ripcord().liveCalls() == 0 && db.ripcord().liveCalls() == 0);
      assertThat(tables.ended).hasSize(1);
    }
  }

  @Test
  void aQueuedHashIsSkippedWhenItsCallEnds() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    FutureTask<Boolean> other =
        start(() -> hashers.call(Context.background(), () -> wait(release)));
    await().until(() -> hashers.running() == 1);
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<OpenSessionReply> call =
          start(
              () ->
                  scope
                      .context()
                      .call(() -> identity.openSession(open("alice", "correct horse alice"))));
      await().until(() -> hashers.queued() == 1);
      scope.cancel();
      assertFails(call, Status.Code.CANCELLED);
      await().until(() -> hashers.skipped() == 1 && server.ripcord().liveCalls() == 0);
    } finally {
      release.countDown();
    }
    assertThat(other.get()).isTrue();
    assertThat(tables.sessionKeys()).isEmpty();
  }

  @Test
  void revokingASession_endsItsRequestsInFlight_andNoOthers() throws Exception {
    String mine = identity.openSession(open("alice", "correct horse alice")).getSessionId();
    String other = identity.openSession(open("alice", "correct horse alice")).getSessionId();
    FutureTask<GetProfileReply> ending = start(() -> heavyIn(mine));
    FutureTask<GetProfileReply> staying = start(() -> heavyIn(other));
    await().until(() -> server.ripcord().liveCalls() == 2 && db.ripcord().liveCalls() == 2);

    assertThat(revoke(mine)).isTrue();

    assertThatThrownBy(ending::get)
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
              Cancellation why = CancellationStatus.of(e);
              assertThat(why).isNotNull();
              assertThat(why.reason().code()).isEqualTo("AUTH_REVOKED");
            });
    await().until(() -> server.ripcord().liveCalls() == 1 && db.ripcord().liveCalls() == 1);
    assertThat(staying.isDone()).isFalse();
    // Nor does it begin anything more.
    assertRejected(() -> heavyIn(mine), "session was revoked");

    assertThat(revoke(other)).isTrue();
    assertFails(staying, Status.Code.UNAUTHENTICATED);
  }

  private GetProfileReply heavyIn(String session) throws Exception {
    return Context.background()
        .withValue(SessionKey.KEY, SessionKey.of(session))
        .call(() -> identity.getProfile(profile("alice", Load.HEAVY)));
  }

  private static boolean wait(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return true;
  }

  private CheckSessionReply check(String id) {
    return identity.checkSession(CheckSessionRequest.newBuilder().setSessionId(id).build());
  }

  private boolean revoke(String id) {
    return identity
        .revokeSession(RevokeSessionRequest.newBuilder().setSessionId(id).build())
        .getRevoked();
  }

  private static GetProfileRequest profile(String user, Load load) {
    return GetProfileRequest.newBuilder().setUser(user).setLoad(load).build();
  }

  private static OpenSessionRequest open(String user, String password) {
    return OpenSessionRequest.newBuilder().setUser(user).setPassword(password).build();
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
