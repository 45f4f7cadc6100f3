package dev.ripcord.server.page;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OverdueWork;
import dev.ripcord.proto.v1.Reason;
import java.nio.ByteBuffer;

/** Nodes as processes tell of them. */
final class Nodes {
  private static final Cancellation WHY =
      Cancellation.newBuilder()
          .setKind(Cancellation.Kind.CANCELED)
          .setReason(Reason.newBuilder().setCode("USER_CANCELED"))
          .build();

  private Nodes() {}

  /** One that runs. */
  static Node.Builder node(RequestId request, long id) {
    return Node.newBuilder()
        .setRequestId(ByteString.copyFrom(request.toBytes()))
        .setContextId(id(id))
        .setService("orders")
        .setInstance("1")
        .setMethod("orders.Orders/List")
        .setState(Node.State.LIVE)
        .setAge(Duration.getDefaultInstance());
  }

  static ByteString id(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).array());
  }

  static Node.Builder told(Node.Builder node, long ended) {
    return node.setState(Node.State.ENDING).setCancellation(WHY).setEndedMonotonicNs(ended);
  }

  static Node.Builder stopped(Node.Builder node, long nanos) {
    return node.setState(Node.State.STOPPED).setStoppedMonotonicNs(nanos);
  }

  static Node.Builder overdue(Node.Builder node) {
    return node.setState(Node.State.OVERDUE)
        .clearStoppedMonotonicNs()
        .addOverdue(OverdueWork.newBuilder().setName("nightly").addStack("Nightly.crunch"));
  }

  static Event event(Event.Type type, Node.Builder node) {
    return Event.newBuilder().setType(type).setNode(node).build();
  }
}
