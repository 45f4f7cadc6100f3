package dev.ripcord.client.demo;

import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.gateway.v1.LoginReply;
import dev.ripcord.services.identity.v1.RevokeSessionRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.util.List;

/** Whoever may not go on does not: the request ends with its session, in every process. */
final class Revoked implements Scenario.Play {
  private static final String CODE = Reason.AUTH_REVOKED.code();

  @Override
  public void on(Stage stage, Report report) throws Exception {
    LoginReply session = stage.openSession();
    try (Request request =
        stage.begin(stage.overview(Load.HEAVY).setToken(session.getToken()).build())) {
      Cut.awaitAtWork(stage, report, request.id());
      revoke(stage, session);
      Request.End end = request.awaitEnd();
      report.edge("the session is revoked; its request is told " + end);
      List<Node> listed = stage.awaitAllStopped(request.id());
      long event = Cut.endedFirst(listed, request.startedNanos());
      List<NodeResult> nodes = report.nodes(listed, event, CODE);
      Checks checks = report.checks();
      checks.same("the caller is told UNAUTHENTICATED", Status.Code.UNAUTHENTICATED, end.code());
      checks.same("and that it was AUTH_REVOKED", CODE, end.reason());
      Cut.checkEverybodyStopped(checks, nodes, "CANCELED", CODE);
      Cut.checkAgreement(checks, nodes, "session was revoked");
    }
    report.databaseIsIdle();
  }

  private static void revoke(Stage stage, LoginReply session) {
    RevokeSessionRequest request =
        RevokeSessionRequest.newBuilder().setSessionId(session.getSessionId()).build();
    stage.identity().identity().in(Context.background()).blocking().revokeSession(request);
  }
}
