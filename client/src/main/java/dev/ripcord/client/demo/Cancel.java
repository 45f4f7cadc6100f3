package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.util.List;

/** A person presses cancel while everything is at work. */
final class Cancel implements Scenario.Play {
  private static final Reason PRESSED = Reason.USER_CANCELED.withMessage("pressed cancel");

  @Override
  public void on(Stage stage, Report report) throws Exception {
    Pool pool;
    try (Request request = stage.begin(stage.overview(Load.HEAVY).build())) {
      Cut.awaitAtWork(stage, report, request.id());
      pool = Pool.of(stage);
      long event = System.nanoTime();
      request.scope().cancel(PRESSED);
      Request.End end = request.awaitEnd();
      report.edge(PRESSED + " " + Times.millis(event - request.startedNanos()) + " after the call");
      List<NodeResult> nodes =
          report.nodes(stage.awaitAllStopped(request.id()), event, PRESSED.code());
      report.checks().same("the caller is told CANCELLED", Status.Code.CANCELLED, end.code());
      Cut.checkEverybodyStopped(report.checks(), nodes, "CANCELED", PRESSED.code());
    }
    report.databaseIsIdle();
    pool.checkUnharmed(stage, report.checks());
  }
}
