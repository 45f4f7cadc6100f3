package dev.ripcord.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.CpuPool;
import dev.ripcord.server.TestServer;
import dev.ripcord.server.Values;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.token.v1.GetKeysRequest;
import dev.ripcord.services.token.v1.IntrospectReply;
import dev.ripcord.services.token.v1.IntrospectRequest;
import dev.ripcord.services.token.v1.IssueReply;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.RevokeRequest;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyReply;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import dev.ripcord.services.v1.Work;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenServiceTest {
  private final CpuPool proofs = new CpuPool("trail proofs", 1, 4);
  private final Ripcord edge = Ripcord.builder().service("edge").propagate(Values.TENANT).build();
  // Some ten seconds of proof.
  private final WorkLog work = new WorkLog();
  private final Issuer issuer = Issuer.after(new History(24, 19), InstantSource.system(), work);
  private TestServer server;
  private TokenGrpc.TokenBlockingStub token;

  @BeforeEach
  void start() throws Exception {
    server =
        TestServer.of(
            "token",
            Map.of(),
            platform -> List.of(new TokenService(issuer, proofs, platform::visit)));
    token = TokenGrpc.newBlockingStub(server.channelFor(edge));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    proofs.close();
  }

  @Test
  void aTokensWholeLife() throws Exception {
    IssueReply issued = issue();
    VerifyReply verified = token.verify(verify(issued.getToken(), Load.LIGHT));
    assertThat(verified.getClaims()).isEqualTo(issued.getClaims());
    assertThat(verified.getClaims().getSubject()).isEqualTo("alice");
    assertThat(verified.getClaims().getRolesList()).containsExactly("admin");
    assertThat(JWKSet.parse(token.getKeys(GetKeysRequest.getDefaultInstance()).getJwks()).getKeys())
        .hasSize(1);

    IntrospectReply good = introspect(issued.getToken());
    assertThat(good.getActive()).isTrue();
    RevokeRequest revoke =
        RevokeRequest.newBuilder().setTokenId(issued.getClaims().getTokenId()).build();
    assertThat(token.revoke(revoke).getRevoked()).isTrue();
    assertThat(token.revoke(revoke).getRevoked()).isFalse();
    IntrospectReply bad = introspect(issued.getToken());
    assertThat(bad.getActive()).isFalse();
    assertThat(bad.getWhyNot()).isEqualTo("token was revoked");
    assertFails(
        () -> token.verify(verify(issued.getToken(), Load.LIGHT)),
        Status.Code.UNAUTHENTICATED,
        "token was revoked");
  }

  private IntrospectReply introspect(String what) {
    return token.introspect(IntrospectRequest.newBuilder().setToken(what).build());
  }

  @Test
  void aReplyTellsWhatTheProcessSaw() throws Exception {
    Visit visit =
        Context.background().withValue(Values.TENANT, "acme").call(() -> issue().getVisits(0));
    assertThat(visit.getService()).isEqualTo("token");
    assertThat(visit.getPid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(visit.getMethod()).isEqualTo("ripcord.services.token.v1.Token/Issue");
    assertThat(visit.getTenant()).isEqualTo("acme");
    assertThat(visit.getRemainingUs()).isNegative();
  }

  @Test
  void badRequestsAreRefusedWithWhatIsWrong() {
    assertRefused(() -> token.verify(verify("", Load.LIGHT)), "token is empty");
    assertRefused(
        () -> token.verify(verify("x".repeat(8_193), Load.LIGHT)),
        "token has 8193 characters, more than 8192");
    assertRefused(
        () -> token.verify(VerifyRequest.newBuilder().setToken("x").setLoadValue(7).build()),
        "load is neither LIGHT nor HEAVY");
    assertRefused(() -> token.issue(IssueRequest.getDefaultInstance()), "subject is empty");
    assertRefused(
        () -> token.issue(IssueRequest.newBuilder().setSubject("a").setValidSeconds(-1).build()),
        "valid_seconds is -1, not 1 to 86400");
    IssueRequest.Builder greedy = IssueRequest.newBuilder().setSubject("a");
    for (int i = 0; i < 33; i++) {
      greedy.addRoles("role" + i);
    }
    assertRefused(() -> token.issue(greedy.build()), "roles are 33, more than 32");
    assertRefused(() -> token.revoke(RevokeRequest.getDefaultInstance()), "token_id is empty");
  }

  private static void assertRefused(ThrowingCallable call, String why) {
    assertFails(call, Status.Code.INVALID_ARGUMENT, why);
  }

  @Test
  void aHeavyRejectionSaysWhyToo() {
    assertFails(
        () -> token.verify(verify("rubbish", Load.HEAVY)),
        Status.Code.UNAUTHENTICATED,
        "token is malformed: not three parts of a signed JWT");
  }

  @Test
  void aCanceledHeavyVerificationStops() throws Exception {
    String issued = issue().getToken();
    try (CancelScope scope = Context.background().withCancel()) {
      FutureTask<VerifyReply> call =
          start(() -> scope.context().call(() -> token.verify(verify(issued, Load.HEAVY))));
      await().until(() -> proofs.running() == 1);
      scope.cancel(Reason.USER_CANCELED);
      assertFails(call, Status.Code.CANCELLED);
      await().until(() -> proofs.running() == 0 && server.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aHeavyVerificationThatWaitsForAThreadIsNeverBegun() throws Exception {
    String issued = issue().getToken();
    try (CancelScope first = Context.background().withCancel();
        CancelScope second = Context.background().withCancel()) {
      FutureTask<VerifyReply> running =
          start(() -> first.context().call(() -> token.verify(verify(issued, Load.HEAVY))));
      await().until(() -> proofs.running() == 1);
      FutureTask<VerifyReply> queued =
          start(() -> second.context().call(() -> token.verify(verify(issued, Load.HEAVY))));
      await().until(() -> proofs.queued() == 1);
      second.cancel();
      assertFails(queued, Status.Code.CANCELLED);
      await().until(() -> proofs.skipped() == 1 && server.ripcord().liveCalls() == 1);
      first.cancel();
      assertFails(running, Status.Code.CANCELLED);
    }
  }

  @Test
  void aRotationThatWaitsGivesUpWithItsContext() throws Exception {
    RequestId id = RequestId.random();
    String issued = issue().getToken();
    try (CancelScope heavy = Context.background().withCancel();
        CancelScope scope = Ripcord.withRequestId(Context.background(), id).withCancel()) {
      FutureTask<VerifyReply> verification =
          start(() -> heavy.context().call(() -> token.verify(verify(issued, Load.HEAVY))));
      await().until(() -> proofs.running() == 1);
      FutureTask<?> rotation =
          start(
              () ->
                  scope
                      .context()
                      .call(() -> token.rotateKey(RotateKeyRequest.getDefaultInstance())));
      await().until(() -> issuer.waiting() == 1);
      assertThat(work.of(id))
          .singleElement()
          .matches(wait -> wait.getKind() == Work.Kind.LOCK && wait.getStoppedMonotonicNs() == 0);
      // Nobody else waits for the rotation that waits.
      token.verify(verify(issued, Load.LIGHT));
      scope.cancel();
      assertFails(rotation, Status.Code.CANCELLED);
      await().until(() -> issuer.waiting() == 0 && server.ripcord().liveCalls() == 1);
      assertThat(work.of(id))
          .singleElement()
          .matches(wait -> wait.getStoppedMonotonicNs() > wait.getBegunMonotonicNs());
      heavy.cancel();
      assertFails(verification, Status.Code.CANCELLED);
    }
    String next = token.rotateKey(RotateKeyRequest.getDefaultInstance()).getKeyId();
    assertThat(issue().getClaims().getKeyId()).isEqualTo(next);
    token.verify(verify(issued, Load.LIGHT));
  }

  private IssueReply issue() {
    return token.issue(
        IssueRequest.newBuilder().setSubject("alice").setSessionId("s").addRoles("admin").build());
  }

  private static VerifyRequest verify(String token, Load load) {
    return VerifyRequest.newBuilder().setToken(token).setLoad(load).build();
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
