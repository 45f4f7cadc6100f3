package dev.ripcord.client.demo;

import dev.ripcord.grpc.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The caller dies and can say nothing any more; the connection's end says it. */
final class CallerKilled implements Scenario.Play {
  private static final Duration START = Duration.ofSeconds(30);

  @Override
  public void on(Stage stage, Report report) throws Exception {
    RequestId id = RequestId.random();
    try (ChildProcess<String> caller =
        stage.cluster().start("caller", command(stage, id), CallerKilled::begun)) {
      caller.awaitBegun(START);
      Cut.awaitAtWork(stage, report, id);
      long event = System.nanoTime();
      caller.kill();
      List<NodeResult> nodes = report.nodes(stage.awaitAllStopped(id), event, "CONNECTION_LOST");
      report.edge("kill -9 of process " + caller.pid());
      report.checks().that("the caller is dead", !caller.isAlive(), "it lives");
      Cut.checkEverybodyStopped(report.checks(), nodes, "CANCELED", "CONNECTION_LOST");
    }
    report.databaseIsIdle();
  }

  private static List<String> command(Stage stage, RequestId id) {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(ChildProcess.options());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Caller.class.getName()));
    command.addAll(List.of(stage.cluster().address("gateway"), id.toString(), stage.jwt()));
    return command;
  }

  private static @Nullable String begun(String line) {
    return line.equals(Caller.CALLING) ? line : null;
  }
}
