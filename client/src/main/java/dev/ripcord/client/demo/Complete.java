package dev.ripcord.client.demo;

import com.google.protobuf.ByteString;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Nothing goes wrong: every process does its part, has read the values, and had less time than its
 * caller.
 */
final class Complete implements Scenario.Play {
  private static final Duration BUDGET = Duration.ofSeconds(10);

  @Override
  public void on(Stage stage, Report report) throws Exception {
    try (Request request =
        stage.begin(stage.overview(Load.LIGHT).build(), root -> root.withTimeout(BUDGET))) {
      Request.End end = request.awaitEnd();
      report.edge(
          "answered after " + Times.millis(end.afterNanos()) + " of " + BUDGET.toSeconds() + " s");
      report.checks().same("the caller has its answer", Status.Code.OK, end.code());
      List<Visit> visits =
          end.reply() instanceof OverviewReply reply ? reply.getVisitsList() : List.of();
      report.values(readers(visits));
      report.nodes(stage.awaitAllStopped(request.id()), request.startedNanos(), "");
      check(report.checks(), visits, end);
    }
    report.databaseIsIdle();
  }

  private static void check(Checks checks, List<Visit> visits, Request.End end) {
    checks.that("the profile, the report and the claims are in it", isFull(end), end);
    for (String service : Cluster.SERVICES) {
      checks.that(
          service + " was visited",
          visits.stream().anyMatch(v -> v.getService().equals(service)),
          visits);
    }
    checks.each("tenant was read in every process", visits, Complete::hasTenant);
    checks.each("the binary badge was read in every process", visits, Complete::hasBadge);
    checks.each(
        "remaining time shrank hop by hop", visits, visit -> hadLessThanItsCallers(visit, visits));
  }

  private static boolean isFull(Request.End end) {
    return end.reply() instanceof OverviewReply reply
        && reply.getProfile().getUser().equals(Stage.USER)
        && reply.getReportCount() > 0
        && reply.getClaims().getSubject().equals(Stage.USER);
  }

  private static boolean hasTenant(Visit visit) {
    return visit.getTenant().equals(Stage.TENANT_VALUE);
  }

  private static boolean hasBadge(Visit visit) {
    return visit.getBadge().equals(ByteString.copyFrom(Stage.badge()));
  }

  private static boolean hadLessThanItsCallers(Visit visit, List<Visit> visits) {
    boolean hadAny =
        visit.getRemainingUs() > 0 && visit.getRemainingUs() < BUDGET.toNanos() / 1_000;
    return hadAny
        && visits.stream()
            .filter(other -> other.getDepth() < visit.getDepth() && isCallerOf(other, visit))
            .allMatch(caller -> visit.getRemainingUs() < caller.getRemainingUs());
  }

  /** In this tree: the gateway calls everybody, and identity calls whatever is deeper. */
  private static boolean isCallerOf(Visit caller, Visit callee) {
    return caller.getService().equals("gateway")
        || (caller.getService().equals("identity") && callee.getDepth() > 1);
  }

  private static Map<String, List<String>> readers(List<Visit> visits) {
    Map<String, List<String>> readers = new TreeMap<>();
    for (Visit visit : visits) {
      note(readers, "tenant", hasTenant(visit), visit.getService());
      note(readers, "badge", hasBadge(visit), visit.getService());
    }
    return readers;
  }

  private static void note(
      Map<String, List<String>> readers, String value, boolean wasRead, String service) {
    List<String> those = readers.computeIfAbsent(value, none -> new ArrayList<>());
    if (wasRead && !those.contains(service)) {
      those.add(service);
    }
  }
}
