package dev.ripcord.client.demo;

import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;

/**
 * A short budget for long work: everybody stops by it, and everybody knows that it was the time.
 */
final class DeadlineStrikes implements Scenario.Play {
  private static final Duration BUDGET = Duration.ofMillis(300);
  private static final int TRIES = 5;

  /** On a machine so busy that the time is over before all are at work there are more tries. */
  @Override
  public void on(Stage stage, Report report) throws Exception {
    for (int i = 1; i <= TRIES; i++) {
      report.startOver();
      List<NodeResult> nodes = strike(stage, report, i);
      boolean failed = !Shape.wasCut(nodes) || !report.checks().hold();
      if (!failed || !stage.isBusy()) {
        break;
      }
    }
    report.databaseIsIdle();
  }

  private static List<NodeResult> strike(Stage stage, Report report, int attempt) throws Exception {
    try (Request request =
        stage.begin(stage.overview(Load.HEAVY).build(), root -> root.withTimeout(BUDGET))) {
      report.live(stage.observatory().await(request.id(), Shape::isComplete, BUDGET));
      Request.End end = request.awaitEnd();
      report.edge(
          "the "
              + BUDGET.toMillis()
              + " ms are over; told so after "
              + Times.millis(end.afterNanos())
              + (attempt == 1 ? "" : " (try " + attempt + ": this machine is very busy)"));
      long event = request.startedNanos() + BUDGET.toNanos();
      List<NodeResult> nodes = report.nodes(stage.awaitAllStopped(request.id()), event, "DEADLINE");
      report
          .checks()
          .same("the caller is told DEADLINE_EXCEEDED", Status.Code.DEADLINE_EXCEEDED, end.code());
      Cut.checkEverybodyStopped(report.checks(), nodes, "DEADLINE_EXCEEDED", "DEADLINE");
      return nodes;
    }
  }
}
