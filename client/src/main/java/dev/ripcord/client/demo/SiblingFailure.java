package dev.ripcord.client.demo;

import dev.ripcord.Context;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.token.v1.IntrospectRequest;
import dev.ripcord.services.token.v1.RevokeRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;

/**
 * One branch fails on its own account: the others end because of it, and the caller hears of the
 * failure, not of them.
 */
final class SiblingFailure implements Scenario.Play {
  private static final int TRIES = 3;
  private static final Duration AT_WORK = Duration.ofMillis(300); // token takes about that long

  @Override
  public void on(Stage stage, Report report) throws Exception {
    boolean reached = false;
    for (int i = 0; i < TRIES && !reached; i++) {
      report.startOver();
      reached = Shape.wasCut(fail(stage, report));
    }
    report.databaseIsIdle();
  }

  private static List<NodeResult> fail(Stage stage, Report report) throws Exception {
    String revoked = revokedToken(stage);
    try (Request request = stage.begin(stage.overview(Load.HEAVY).setToken(revoked).build())) {
      report.live(stage.observatory().await(request.id(), Shape::isComplete, AT_WORK));
      Request.End end = request.awaitEnd();
      report.edge("told " + end + " after " + Times.millis(end.afterNanos()));
      List<Node> listed = stage.awaitAllStopped(request.id());
      List<NodeResult> nodes = report.nodes(listed, rejectedAt(listed, request), "");
      check(report.checks(), end, nodes);
      return nodes;
    }
  }

  private static String revokedToken(Stage stage) throws Exception {
    String jwt = stage.logIn();
    var token = stage.token().token().in(Context.background()).blocking();
    String id =
        token
            .introspect(IntrospectRequest.newBuilder().setToken(jwt).build())
            .getClaims()
            .getTokenId();
    token.revoke(RevokeRequest.newBuilder().setTokenId(id).build());
    return jwt;
  }

  /** The moment at which token was through with it, from which the others' times count. */
  private static long rejectedAt(List<Node> nodes, Request request) {
    return nodes.stream()
        .filter(node -> node.getService().equals("token"))
        .mapToLong(Node::getStoppedMonotonicNs)
        .findFirst()
        .orElse(request.startedNanos());
  }

  private static void check(Checks checks, Request.End end, List<NodeResult> nodes) {
    List<NodeResult> siblings =
        nodes.stream().filter(node -> node.isOf("identity") || node.isOf("db")).toList();
    checks.same("the caller sees token's error", Status.Code.UNAUTHENTICATED, end.code());
    checks.that(
        "identity was at work", siblings.stream().anyMatch(node -> node.isOf("identity")), nodes);
    checks.same(
        "db was at work for both", 2L, siblings.stream().filter(node -> node.isOf("db")).count());
    checks.each(
        "identity and db ended as SIBLING_FAILED",
        siblings,
        node -> node.isCut("CANCELED", "SIBLING_FAILED"));
    checks.each(
        "they are told which branch failed, and of what",
        siblings,
        node ->
            node.told() != null
                && node.told().message().startsWith("token: ")
                && node.told().message().contains("UNAUTHENTICATED"));
    Cut.checkTold(checks, siblings);
    checks.that(
        "gateway and token were not cut",
        nodes.stream()
            .filter(node -> !siblings.contains(node))
            .allMatch(node -> node.kind() == null),
        nodes);
    Cut.checkPrompt(checks, nodes);
  }
}
