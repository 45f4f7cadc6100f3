package dev.ripcord.server.gateway;

import dev.ripcord.Context;
import dev.ripcord.TaskGroup;
import dev.ripcord.server.Fields;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.gateway.v1.AnswerLeakReply;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.identity.v1.FindLeakedReply;
import dev.ripcord.services.identity.v1.FindLeakedRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.token.v1.RotateKeyReply;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/**
 * What is done when passwords have become known, side by side: identity tries them, token changes
 * its key, db puts a report aside. If one fails the others are ended, and its failure is the
 * answer.
 */
final class LeakAnswer {
  private static final String ADMIN = "admin";

  private final IdentityGrpc.IdentityBlockingStub identity;
  private final DbGrpc.DbBlockingStub db;
  private final TokenGrpc.TokenBlockingStub token;
  private final Executor branches;

  LeakAnswer(
      IdentityGrpc.IdentityBlockingStub identity,
      DbGrpc.DbBlockingStub db,
      TokenGrpc.TokenBlockingStub token,
      Executor branches) {
    this.identity = identity;
    this.db = db;
    this.token = token;
    this.branches = branches;
  }

  /** What has become known. */
  record Leak(String token, String user, List<String> passwords, Report report) {
    private static final int MOST_PASSWORDS = 1_000;

    /** Refuses what cannot be answered with INVALID_ARGUMENT. */
    static Leak of(AnswerLeakRequest request) {
      return new Leak(
          Fields.secret("token", request.getToken(), GatewayService.LONGEST_TOKEN),
          Fields.text("user", request.getUser(), GatewayService.LONGEST_USER),
          Fields.secrets(
              "passwords",
              request.getPasswordsList(),
              MOST_PASSWORDS,
              GatewayService.LONGEST_PASSWORD),
          Report.of(request.getLoad(), request.getRegion()));
    }

    /** Without the token and the passwords. */
    @Override
    public String toString() {
      return "Leak[" + user + ", " + passwords.size() + " passwords, " + report + "]";
    }
  }

  /**
   * Answers under {@code Context.current()}; when this returns or throws, no branch is running any
   * more.
   *
   * @throws ExecutionException with the first branch's failure
   * @throws dev.ripcord.ContextException if the context ended
   */
  AnswerLeakReply to(Leak leak, Visit here) throws ExecutionException, InterruptedException {
    AnswerLeakReply.Builder reply = AnswerLeakReply.newBuilder().addVisits(here);
    checkAdmin(leak.token(), reply);
    try (TaskGroup group = TaskGroup.open(Context.current(), branches)) {
      TaskGroup.Task<FindLeakedReply> found = group.fork("identity", () -> find(leak));
      TaskGroup.Task<ArchiveReply> report =
          group.fork("db", () -> db.archive(leak.report().query()));
      TaskGroup.Task<RotateKeyReply> key =
          group.fork("token", () -> token.rotateKey(RotateKeyRequest.getDefaultInstance()));
      group.join();
      return reply
          .setFound(found.get().getFound())
          .addAllVisits(found.get().getVisitsList())
          .setReportCsvGz(report.get().getCsvGz())
          .addAllVisits(report.get().getVisitsList())
          .setKeyId(key.get().getKeyId())
          .addAllVisits(key.get().getVisitsList())
          .build();
    }
  }

  private void checkAdmin(String jwt, AnswerLeakReply.Builder reply) {
    var verdict =
        token.verify(VerifyRequest.newBuilder().setToken(jwt).setLoad(Load.LIGHT).build());
    reply.addAllVisits(verdict.getVisitsList());
    if (!verdict.getClaims().getRolesList().contains(ADMIN)) {
      throw Status.PERMISSION_DENIED
          .withDescription("the token does not name an " + ADMIN)
          .asRuntimeException();
    }
  }

  private FindLeakedReply find(Leak leak) {
    return identity.findLeaked(
        FindLeakedRequest.newBuilder()
            .setUser(leak.user())
            .addAllPasswords(leak.passwords())
            .build());
  }
}
