package dev.ripcord.client.demo;

import dev.ripcord.Key;
import dev.ripcord.proto.v1.Node;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a scenario writes down while it plays. Single-threaded. */
final class Report {
  private final Scenario scenario;
  private final Stage stage;
  private final long begunNanos = System.nanoTime();
  private Checks checks = new Checks();
  private String edge = "";
  private List<NodeResult> nodes = List.of();
  private List<WorkResult> work = List.of();
  private Map<String, List<String>> values = Map.of();
  private int dbActiveAfter;

  Report(Scenario scenario, Stage stage) {
    this.scenario = scenario;
    this.stage = stage;
  }

  Checks checks() {
    return checks;
  }

  /** Forgets what was written down: the machine was too slow for the scenario to take place. */
  void startOver() {
    checks = new Checks();
    edge = "";
    nodes = List.of();
    work = List.of();
    values = Map.of();
  }

  /** What happened where the request came from. */
  void edge(String whatHappened) {
    edge = whatHappened;
  }

  /** It did not hold before. */
  void triedAgain(int attempt) {
    edge += " (try " + attempt + ": this machine is very busy)";
  }

  void values(Map<String, List<String>> servicesByValue) {
    values = servicesByValue;
  }

  /** Takes the values from a listing of live nodes; those that have stopped tell none. */
  void live(List<Node> listed) {
    values = new Tree(listed, "").services();
  }

  List<String> servicesWith(Key<?> value) {
    return values.getOrDefault(value.name(), List.of());
  }

  /**
   * Takes over what the processes have listed.
   *
   * @param eventNanos what the nodes' times count from
   * @param edgeCode with which code the edge ended the request
   */
  List<NodeResult> nodes(List<Node> listed, long eventNanos, String edgeCode) {
    nodes = new Tree(listed, edgeCode).resultsSince(eventNanos);
    return nodes;
  }

  /** What stopped besides the handlers. */
  void work(List<WorkResult> stopped) {
    work = stopped;
  }

  /** Asks the database server until nothing runs any more, or too long. */
  void databaseIsIdle() throws InterruptedException {
    dbActiveAfter = stage.awaitIdleDatabase();
    checks.that(
        "no statement is left in pg_stat_activity",
        dbActiveAfter == 0,
        dbActiveAfter + " are active");
  }

  Outcome outcome() {
    Duration took = Duration.ofNanos(System.nanoTime() - begunNanos);
    return new Outcome(scenario, edge, nodes, work, values, dbActiveAfter, checks.all(), took);
  }
}
