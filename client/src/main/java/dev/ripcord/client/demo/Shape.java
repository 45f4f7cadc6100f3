package dev.ripcord.client.demo;

import dev.ripcord.proto.v1.Node;
import java.util.List;

/**
 * The tree of a heavy request at work:
 *
 * <pre>
 * gateway - identity - db    the user's whole activity
 *         - db               a heavy report
 *         - token            a proof of the audit trail
 * </pre>
 */
final class Shape {
  /** What runs on the database server. */
  static final int STATEMENTS = 2;

  private static final int GATEWAY = 0;
  private static final int BRANCH = 1;
  private static final int BELOW_IDENTITY = 2;

  private Shape() {}

  /** Whether all five calls are being handled. */
  static boolean isComplete(List<Node> nodes) {
    return isLive(nodes, "gateway", GATEWAY)
        && isLive(nodes, "identity", BRANCH)
        && isLive(nodes, "db", BRANCH)
        && isLive(nodes, "token", BRANCH)
        && isLive(nodes, "db", BELOW_IDENTITY);
  }

  private static boolean isLive(List<Node> nodes, String service, int depth) {
    return nodes.stream()
        .anyMatch(
            node ->
                Tree.isLive(node) && node.getService().equals(service) && node.getDepth() == depth);
  }

  /**
   * Whether identity and both statements were reached and cut. A slow machine may be out of time
   * before.
   */
  static boolean wasCut(List<NodeResult> nodes) {
    return wasCut(nodes, "identity", BRANCH)
        && wasCut(nodes, "db", BRANCH)
        && wasCut(nodes, "db", BELOW_IDENTITY);
  }

  private static boolean wasCut(List<NodeResult> nodes, String service, int depth) {
    return nodes.stream()
        .anyMatch(node -> node.isOf(service) && node.depth() == depth && node.kind() != null);
  }

  /** What a node of it is occupied with, in a word or two. */
  static String work(NodeResult node) {
    return switch (node.shortMethod() + " " + node.depth()) {
      case "GetProfile 1" -> "profile";
      case "Query 1" -> "heavy_report";
      case "Query 2" -> "user_activity";
      case "Verify 1" -> "audit trail";
      case "Archive 1" -> "heavy_report";
      case "FindLeaked 1" -> "1,000 hashes";
      default -> "";
    };
  }
}
