package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.v1.Load;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * What must be written goes on being written, although its request is canceled in the middle of it;
 * everything else of the request ends as ever.
 */
final class Detached implements Scenario.Play {
  private static final Reason PRESSED = Reason.USER_CANCELED.withMessage("pressed cancel");
  private static final Duration WRITING = Duration.ofSeconds(10);
  private static final String WRITE = "Execute";

  @Override
  public void on(Stage stage, Report report) throws Exception {
    String text = "demo " + UUID.randomUUID();
    try (Request request = stage.begin(stage.overview(Load.HEAVY).setAudit(text).build())) {
      List<Node> atWork = stage.awaitAllAtWork(request.id());
      Cut.areAtWork(atWork, report);
      report.checks().that("the record is being written", isBeingWritten(atWork), atWork);
      long event = System.nanoTime();
      request.scope().cancel(PRESSED);
      Request.End end = request.awaitEnd();
      report.edge(PRESSED + "; told " + end.code() + " after " + Times.millis(end.afterNanos()));
      List<Node> listed =
          stage.observatory().await(request.id(), Detached::isWrittenAndOver, WRITING);
      List<NodeResult> nodes = report.nodes(listed, event, PRESSED.code());
      check(report.checks(), nodes);
    }
    int records = stage.query("audit_log", "text", text).getRowsCount();
    report.checks().same("the record can be read", 1, records);
    report.databaseIsIdle();
  }

  private static boolean isBeingWritten(List<Node> nodes) {
    return nodes.stream().anyMatch(node -> Tree.isLive(node) && node.getMethod().endsWith(WRITE));
  }

  private static boolean isWrittenAndOver(List<Node> nodes) {
    return nodes.stream().anyMatch(node -> node.getMethod().endsWith(WRITE))
        && Tree.haveAllStopped(nodes);
  }

  private static void check(Checks checks, List<NodeResult> nodes) {
    List<NodeResult> writes =
        nodes.stream().filter(node -> node.shortMethod().equals(WRITE)).toList();
    List<NodeResult> others = nodes.stream().filter(node -> !writes.contains(node)).toList();
    checks.each("the write went on to its end after the cancel", writes, Detached::survived);
    checks.each(
        "everything else was canceled", others, node -> node.isCut("CANCELED", PRESSED.code()));
    Cut.checkTold(checks, others);
  }

  private static boolean survived(NodeResult write) {
    return write.kind() == null
        && write.stoppedAfterMicros() != null
        && write.stoppedAfterMicros() > 0;
  }
}
