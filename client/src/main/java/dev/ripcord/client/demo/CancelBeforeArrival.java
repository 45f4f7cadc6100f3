package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.util.List;

/** What is canceled before it comes is done when it comes: no handler begins, nobody is called. */
final class CancelBeforeArrival implements Scenario.Play {
  private static final Reason NOT_TODAY = Reason.ADMIN.withMessage("not today");

  @Override
  public void on(Stage stage, Report report) throws Exception {
    RequestId id = RequestId.random();
    String said = Operator.cancel(stage, id, NOT_TODAY);
    report.checks().that("nothing of it ran yet", said.startsWith("Nothing"), said);
    try (Request request = stage.begin(id, stage.overview(Load.HEAVY).build())) {
      Request.End end = request.awaitEnd();
      report.edge("told " + end + " after " + Times.millis(end.afterNanos()));
      List<NodeResult> nodes =
          report.nodes(stage.awaitAllStopped(id), request.startedNanos(), NOT_TODAY.code());
      Checks checks = report.checks();
      checks.same("the caller is told CANCELLED", Status.Code.CANCELLED, end.code());
      checks.same("and that it was ADMIN", NOT_TODAY.code(), end.reason());
      checks.same("it got no further than the gateway", 1, nodes.size());
      checks.each("it was born done", nodes, node -> node.isCut("CANCELED", NOT_TODAY.code()));
      Cut.checkAgreement(checks, nodes, NOT_TODAY.message());
      Cut.checkPrompt(checks, nodes);
    }
    report.databaseIsIdle();
  }
}
