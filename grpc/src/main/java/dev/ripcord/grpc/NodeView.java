package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OutgoingCall;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an operator gets to see of a call. */
final class NodeView {
  private static final long PID = ProcessHandle.current().pid();

  private final Self self;
  private final ContextHeaders codec;

  NodeView(Self self, ContextHeaders codec) {
    this.self = self;
    this.codec = codec;
  }

  /** Who this is, without any counts. */
  CountersReply.Builder counters() {
    return CountersReply.newBuilder()
        .setService(self.service())
        .setInstance(self.instance())
        .setPid(PID);
  }

  /** A call that is being handled, as it is now. */
  Node of(HandledCall call) {
    return of(call, overdueOf(call));
  }

  private static List<Late> overdueOf(HandledCall call) {
    return call.isOverdue() ? List.of(new Late.Handler(call)) : List.of();
  }

  /** The same, with what is overdue of it. */
  Node of(HandledCall call, List<Late> overdue) {
    long now = System.nanoTime();
    Cancellation why = call.cancellation();
    Node.Builder node =
        call.isStopped()
            ? stopped(call, now, why)
            : why == null ? running(call, now).setState(Node.State.LIVE) : ending(call, now, why);
    return OverdueView.put(overdue, node).build();
  }

  /** A call as it was at the moment of an event. */
  Event of(Event.Type what, HandledCall call, long nanos) {
    Cancellation why = call.cancellation();
    Node.Builder node =
        switch (what) {
          case ENDED -> ending(call, nanos, why);
          case STOPPED -> stopped(call, nanos, why);
          case DOING -> of(call).toBuilder();
          default -> running(call, nanos).setState(Node.State.LIVE);
        };
    return Event.newBuilder().setType(what).setNode(node).build();
  }

  /**
   * Something that runs on, as it was seen; among {@code calls} is, or was, what it is done for.
   */
  Event of(Late late, Overdue seen, Calls calls) {
    CallIdentity identity = seen.work().call();
    HandledCall call = late instanceof Late.Handler handler ? handler.call() : calls.find(identity);
    long now = System.nanoTime();
    Node.Builder node =
        call == null
            ? unknown(identity, seen.work().why(), now)
            : ending(call, now, call.cancellation());
    return Event.newBuilder()
        .setType(Event.Type.OVERDUE)
        .setNode(OverdueView.put(seen, node))
        .build();
  }

  /** A call that has stopped, with what of it is overdue. */
  Node of(CallIdentity identity, StoppedCalls.@Nullable Stopped call, List<Late> overdue) {
    Node.Builder node =
        call == null
            ? unknown(identity, overdue.get(0).work().why(), System.nanoTime())
            : of(call).toBuilder();
    return OverdueView.put(overdue, node).build();
  }

  /** A call of which no more is remembered. */
  private Node.Builder unknown(CallIdentity identity, Cancellation why, long nanos) {
    return node(identity, null, nanos, nanos)
        .clearOpenedAt()
        .clearAge()
        .setCancellation(WireCancellation.toProto(why));
  }

  private Node.Builder stopped(HandledCall call, long nanos, @Nullable Cancellation why) {
    return ending(call, nanos, why)
        .setState(Node.State.STOPPED)
        .setEndedMonotonicNs(why == null ? nanos : call.endedNanos())
        .setStoppedMonotonicNs(nanos);
  }

  private Node.Builder ending(HandledCall call, long nanos, @Nullable Cancellation why) {
    Node.Builder node = running(call, nanos).setState(Node.State.ENDING);
    if (why != null) {
      node.setCancellation(WireCancellation.toProto(why)).setEndedMonotonicNs(call.endedNanos());
    }
    return node;
  }

  /** Its age is that at {@code nanos}. */
  private Node.Builder running(HandledCall call, long nanos) {
    Node.Builder node = node(call.identity(), call.peer(), call.openedNanos(), nanos);
    set(call.remaining(), left -> node.setRemaining(WireCancellation.toProto(left)));
    return node.addAllValueNames(codec.valueNames(call.context()));
  }

  /** A call that has stopped some time ago. */
  Node of(StoppedCalls.Stopped call) {
    Node.Builder node =
        node(call.identity(), call.peer(), call.openedNanos(), call.stoppedNanos())
            .setState(Node.State.STOPPED)
            .setEndedMonotonicNs(call.endedNanos())
            .setStoppedMonotonicNs(call.stoppedNanos());
    set(call.remaining(), left -> node.setRemaining(WireCancellation.toProto(left)));
    set(call.cancellation(), why -> node.setCancellation(WireCancellation.toProto(why)));
    return node.build();
  }

  private Node.Builder node(
      CallIdentity identity, @Nullable SocketAddress peer, long openedNanos, long nanos) {
    Node.Builder node =
        Node.newBuilder()
            .setRequestId(ByteString.copyFrom(identity.requestId().toBytes()))
            .setContextId(ContextIds.toBytes(identity.contextIdBits()))
            .setDepth(identity.depth())
            .setService(self.service())
            .setInstance(self.instance())
            .setPid(PID)
            .setMethod(identity.method())
            .setDoing(identity.doing())
            .setOpenedAt(WireCancellation.toProto(wallClockAt(openedNanos)))
            .setAge(WireCancellation.toProto(Duration.ofNanos(nanos - openedNanos)));
    set(identity.parentContextIdBits(), id -> node.setParentContextId(ContextIds.toBytes(id)));
    set(peer, address -> node.setPeer(address.toString()));
    for (OutgoingCalls.Outgoing outgoing : identity.calls().latest()) {
      node.addCalls(toProto(outgoing));
    }
    return node;
  }

  /** As the wall clock runs now. */
  private static Instant wallClockAt(long nanos) {
    return Instant.now().minusNanos(System.nanoTime() - nanos);
  }

  private static OutgoingCall toProto(OutgoingCalls.Outgoing outgoing) {
    OutgoingCall.Builder call =
        OutgoingCall.newBuilder()
            .setContextId(ContextIds.toBytes(outgoing.contextId))
            .setMethod(outgoing.method);
    set(outgoing.cancellation(), why -> call.setCancellation(WireCancellation.toProto(why)));
    return call.build();
  }

  private static <T> void set(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
