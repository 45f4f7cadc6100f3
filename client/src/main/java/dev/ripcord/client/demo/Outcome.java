package dev.ripcord.client.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario has shown.
 *
 * @param edge what happened where the request came from, in a few words
 * @param nodes the calls in the processes, parents first
 * @param work what stopped besides the handlers, as it was begun
 * @param values for each propagated value, the services that had it
 * @param dbActiveAfter statements still active in the database server afterwards
 * @param checks what was claimed, and whether it held
 * @param took the whole of it
 */
record Outcome(
    Scenario scenario,
    String edge,
    List<NodeResult> nodes,
    List<WorkResult> work,
    Map<String, List<String>> values,
    int dbActiveAfter,
    List<Check> checks,
    Duration took) {

  boolean ok() {
    return checks.stream().allMatch(Check::holds);
  }

  /** How long the deepest node ran on after the event; null if it has not stopped. */
  @Nullable Long deepestMicros() {
    int deepest = nodes.stream().mapToInt(NodeResult::depth).max().orElse(0);
    Long latest = null;
    for (NodeResult node : nodes) {
      Long micros = node.stoppedAfterMicros();
      if (node.depth() == deepest && micros == null) {
        return null;
      }
      if (node.depth() == deepest && micros != null && (latest == null || micros > latest)) {
        latest = micros;
      }
    }
    return latest;
  }

  Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", scenario.title());
    json.put("ok", ok());
    json.put("nodes", nodes.stream().map(NodeResult::toJson).toList());
    json.put("work", work.stream().map(WorkResult::toJson).toList());
    json.put("values", values);
    json.put("db_active_after", dbActiveAfter);
    json.put(
        "failed_checks",
        checks.stream().filter(check -> !check.holds()).map(Outcome::failure).toList());
    return json;
  }

  private static String failure(Check check) {
    return check.claim() + ": " + check.seen();
  }
}
