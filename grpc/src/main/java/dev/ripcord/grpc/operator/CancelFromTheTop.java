package dev.ripcord.grpc.operator;

import com.google.protobuf.ByteString;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a request while it is being ended. Nodes are told apart by their context id. */
final class CancelFromTheTop {
  private final Set<String> tops = new LinkedHashSet<>();
  private final Map<String, Map<ByteString, Node>> found = new HashMap<>(); // by process

  CancelFromTheTop(List<Answer<List<Node>>> listed) {
    Set<ByteString> known = new HashSet<>();
    for (Answer<List<Node>> answer : listed) {
      if (answer.isAnswered()) {
        answer.get().forEach(node -> known.add(node.getContextId()));
        answer.get().forEach(node -> add(answer.instance(), node));
      }
    }
    found.forEach(
        (instance, nodes) -> {
          if (nodes.values().stream().anyMatch(n -> !known.contains(n.getParentContextId()))) {
            tops.add(instance);
          }
        });
  }

  /** The processes with a node whose caller is none of the nodes. */
  Set<String> tops() {
    return tops;
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  void add(List<Answer<CancelReply>> replies) {
    for (Answer<CancelReply> reply : replies) {
      if (reply.isAnswered()) {
        reply.get().getNodesList().forEach(node -> add(reply.instance(), node));
      }
    }
  }

  private void add(String instance, Node node) {
    found.computeIfAbsent(instance, none -> new LinkedHashMap<>()).put(node.getContextId(), node);
  }

  /**
   * The nodes found, as they were listed last; one that is not listed any more has stopped. Those
   * of a process that has fallen silent are as it last told of them: nobody knows that they have
   * stopped. A process that had none has answered what it replied.
   */
  List<Answer<CancelReply>> result(
      List<Answer<CancelReply>> replies, List<Answer<List<Node>>> listedLast) {
    Map<String, Map<ByteString, Node>> last = new HashMap<>();
    for (Answer<List<Node>> answer : listedLast) {
      if (answer.isAnswered()) {
        // Live ones come first: what stopped meanwhile is listed again.
        Map<ByteString, Node> nodes = new HashMap<>();
        answer.get().forEach(node -> nodes.put(node.getContextId(), node));
        last.put(answer.instance(), nodes);
      }
    }
    List<Answer<CancelReply>> results = new ArrayList<>();
    for (Answer<CancelReply> reply : replies) {
      String instance = reply.instance();
      Map<ByteString, Node> its = found.getOrDefault(instance, Map.of());
      if (reply.isAnswered() || !its.isEmpty()) {
        CancelReply told = reply.isAnswered() ? reply.get() : CancelReply.getDefaultInstance();
        results.add(new Answer<>(instance, result(its, last.get(instance), told), null));
      } else {
        results.add(reply);
      }
    }
    return results;
  }

  private static CancelReply result(
      Map<ByteString, Node> found, @Nullable Map<ByteString, Node> last, CancelReply told) {
    CancelReply.Builder result = CancelReply.newBuilder();
    int stopped = 0;
    for (Map.Entry<ByteString, Node> each : found.entrySet()) {
      Node node = each.getValue();
      if (last != null) {
        Node gone = node.toBuilder().setState(Node.State.STOPPED).build();
        node = last.getOrDefault(each.getKey(), gone);
      }
      stopped += node.getState() == Node.State.STOPPED ? 1 : 0;
      result.addNodes(node);
    }
    int more = Math.max(0, told.getFound() - told.getNodesCount());
    return result.setFound(found.size() + more).setStopped(stopped).build();
  }
}
