package dev.ripcord.client.demo;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.Node;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What all scenarios have in common in which work is cut. */
final class Cut {
  /** Within which a handler must have returned, SQL and all. What is measured is far less. */
  static final long PROMPT_MICROS = TimeUnit.MILLISECONDS.toMicros(1_000);

  private Cut() {}

  /** Waits until there is something to cut. */
  static void awaitAtWork(Stage stage, Report report, RequestId id) throws InterruptedException {
    areAtWork(stage.awaitAllAtWork(id), report);
  }

  /** That these are all at work. */
  static void areAtWork(List<Node> nodes, Report report) {
    report.live(nodes);
    report.checks().that("all five calls are at work", Shape.isComplete(nodes), nodes);
    List<String> services = report.servicesWith(Stage.TENANT);
    report
        .checks()
        .that("tenant is there in every process", services.containsAll(Cluster.SERVICES), services);
  }

  /** That every service is there, was ended like this, and is still. */
  static void checkEverybodyStopped(
      Checks checks, List<NodeResult> nodes, String kind, String code) {
    for (String service : Cluster.SERVICES) {
      checks.that(
          service + " was at work", nodes.stream().anyMatch(node -> node.isOf(service)), nodes);
    }
    checks.each("every node ended as " + kind + " " + code, nodes, node -> node.isCut(kind, code));
    checkTold(checks, nodes);
    checkPrompt(checks, nodes);
  }

  /** That all that were cut say who did it and by what way that came to them, and agree. */
  static void checkTold(Checks checks, List<NodeResult> nodes) {
    List<NodeResult> cut = nodes.stream().filter(node -> node.told() != null).toList();
    Told first = cut.isEmpty() ? null : cut.get(0).told();
    checks.each(
        "every node that was cut names the same origin and message",
        cut,
        node ->
            first != null && first.names() && node.told() != null && node.told().agreesWith(first));
    checks.each(
        "the path grows from the origin down to each of them",
        cut,
        node -> node.told() != null && node.told().endsAt(node) && growsFromCaller(node, cut));
  }

  private static boolean growsFromCaller(NodeResult node, List<NodeResult> cut) {
    return cut.stream()
        .filter(caller -> caller.contextId().equals(node.parentContextId()))
        .allMatch(
            caller ->
                node.told() != null && caller.told() != null && node.told().follows(caller.told()));
  }

  /** That all were told the same by the same, whatever way it came. */
  static void checkAgreement(Checks checks, List<NodeResult> nodes, String message) {
    Told first = nodes.isEmpty() ? null : nodes.get(0).told();
    checks.each(
        "every node was told \"" + message + "\" by the same",
        nodes,
        node ->
            first != null
                && node.told() != null
                && node.told().message().equals(message)
                && node.told().agreesWith(first));
  }

  /** When the first of them was ended, by {@link System#nanoTime}. */
  static long endedFirst(List<Node> nodes, long otherwise) {
    return nodes.stream()
        .filter(Node::hasCancellation)
        .mapToLong(Node::getEndedMonotonicNs)
        .min()
        .orElse(otherwise);
  }

  static void checkPrompt(Checks checks, List<NodeResult> nodes) {
    checks.each(
        "every handler returned within a second",
        nodes,
        node -> node.hasStoppedWithin(PROMPT_MICROS));
  }
}
