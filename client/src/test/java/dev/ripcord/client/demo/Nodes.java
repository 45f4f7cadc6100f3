package dev.ripcord.client.demo;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OutgoingCall;
import dev.ripcord.proto.v1.Reason;
import java.util.Locale;

/** Nodes as processes would list them. */
final class Nodes {
  private Nodes() {}

  static Node.Builder live(String service, int depth, String id, String callerId) {
    return Node.newBuilder()
        .setService(service)
        .setInstance(service + "-1")
        .setPid(7)
        .setMethod("ripcord.services." + service + ".v1." + upper(service) + "/Work")
        .setDepth(depth)
        .setContextId(ByteString.copyFromUtf8(id))
        .setParentContextId(ByteString.copyFromUtf8(callerId))
        .setState(Node.State.LIVE);
  }

  static Node.Builder stopped(Node.Builder node, long atNanos) {
    return node.setState(Node.State.STOPPED)
        .setEndedMonotonicNs(atNanos)
        .setStoppedMonotonicNs(atNanos);
  }

  static Node.Builder cut(Node.Builder node, String code, long atNanos) {
    return stopped(node, atNanos).setCancellation(canceled(code));
  }

  static OutgoingCall call(String id, String code) {
    return OutgoingCall.newBuilder()
        .setContextId(ByteString.copyFromUtf8(id))
        .setCancellation(canceled(code))
        .build();
  }

  static Cancellation canceled(String code) {
    return Cancellation.newBuilder()
        .setKind(Cancellation.Kind.CANCELED)
        .setReason(Reason.newBuilder().setCode(code))
        .build();
  }

  private static String upper(String service) {
    return service.substring(0, 1).toUpperCase(Locale.ROOT) + service.substring(1);
  }
}
