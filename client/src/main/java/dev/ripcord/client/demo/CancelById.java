package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.util.List;

/** An operator ends a request that somebody else has made; its caller hears who did it and why. */
final class CancelById implements Scenario.Play {
  private static final Reason TOO_HEAVY = Reason.ADMIN.withMessage("too heavy for today");

  @Override
  public void on(Stage stage, Report report) throws Exception {
    try (Request request = stage.begin(stage.overview(Load.HEAVY).build())) {
      Cut.awaitAtWork(stage, report, request.id());
      String said = Operator.cancel(stage, request.id(), TOO_HEAVY);
      Request.End end = request.awaitEnd();
      report.edge("ripcord cancel: \"" + said + "\"; the caller is told " + end);
      List<Node> listed = stage.awaitAllStopped(request.id());
      long event = Cut.endedFirst(listed, request.startedNanos());
      List<NodeResult> nodes = report.nodes(listed, event, TOO_HEAVY.code());
      Checks checks = report.checks();
      checks.that("the command found all five calls", said.startsWith("Canceled 5 calls"), said);
      checks.same("the caller is told CANCELLED", Status.Code.CANCELLED, end.code());
      checks.same("and that it was ADMIN", TOO_HEAVY.code(), end.reason());
      Cut.checkEverybodyStopped(checks, nodes, "CANCELED", TOO_HEAVY.code());
      Cut.checkAgreement(checks, nodes, TOO_HEAVY.message());
    }
    report.databaseIsIdle();
  }
}
