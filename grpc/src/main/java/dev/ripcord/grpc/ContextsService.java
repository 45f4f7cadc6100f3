package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OutgoingCall;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows what runs in this process, and what has lately run. */
final class ContextsService extends ContextsGrpc.ContextsImplBase {
  private static final long PID = ProcessHandle.current().pid();

  private final Self self;
  private final Calls calls;
  private final ContextHeaders codec;

  ContextsService(Self self, Calls calls, ContextHeaders codec) {
    this.self = self;
    this.calls = calls;
    this.codec = codec;
  }

  @Override
  public void list(ListRequest request, StreamObserver<Node> observer) {
    int idLength = request.getRequestId().size();
    if (idLength != 0 && idLength != RequestId.BYTES) {
      observer.onError(
          Status.INVALID_ARGUMENT
              .withDescription("request_id has " + idLength + " bytes, must have 16 or none")
              .asRuntimeException());
      return;
    }
    RequestId only = idLength == 0 ? null : RequestId.of(request.getRequestId().toByteArray());
    sendAll(
        nodes(only, request.getIncludeStopped()).iterator(),
        (ServerCallStreamObserver<Node>) observer);
  }

  /** As fast as the caller reads. */
  private static void sendAll(Iterator<Node> nodes, ServerCallStreamObserver<Node> observer) {
    // Called on one thread at a time; complete() once.
    Runnable send =
        new Runnable() {
          private boolean completed;

          @Override
          public void run() {
            while (observer.isReady() && nodes.hasNext()) {
              observer.onNext(nodes.next());
            }
            if (!nodes.hasNext() && !completed) {
              completed = true;
              observer.onCompleted();
            }
          }
        };
    observer.setOnReadyHandler(send);
    observer.setOnCancelHandler(() -> {});
  }

  private List<Node> nodes(@Nullable RequestId only, boolean includeStopped) {
    List<Node> nodes = new ArrayList<>();
    for (HandledCall call : calls.live()) {
      if (only == null || only.equals(call.identity().requestId())) {
        nodes.add(live(call));
      }
    }
    if (includeStopped) {
      for (StoppedCalls.Stopped call : calls.stopped()) {
        if (only == null || only.equals(call.identity().requestId())) {
          nodes.add(stopped(call));
        }
      }
    }
    return nodes;
  }

  private Node live(HandledCall call) {
    Cancellation why = call.cancellation();
    Node.Builder node =
        node(call.identity(), call.peer(), call.openedAt(), System.nanoTime() - call.openedNanos());
    set(call.remaining(), left -> node.setRemaining(WireCancellation.toProto(left)));
    node.addAllValueNames(codec.valueNames(call.context()));
    if (why == null) {
      return node.setState(Node.State.LIVE).build();
    }
    node.setCancellation(WireCancellation.toProto(why)).setEndedMonotonicNs(call.endedNanos());
    if (call.isOverdue()) {
      return node.setState(Node.State.OVERDUE).addAllStack(OverdueWatch.stackOf(call)).build();
    }
    return node.setState(Node.State.ENDING).build();
  }

  private Node stopped(StoppedCalls.Stopped call) {
    Node.Builder node =
        node(
                call.identity(),
                call.peer(),
                call.openedAt(),
                call.stoppedNanos() - call.openedNanos())
            .setState(Node.State.STOPPED)
            .setEndedMonotonicNs(call.endedNanos())
            .setStoppedMonotonicNs(call.stoppedNanos());
    set(call.remaining(), left -> node.setRemaining(WireCancellation.toProto(left)));
    set(call.cancellation(), why -> node.setCancellation(WireCancellation.toProto(why)));
    return node.build();
  }

  private Node.Builder node(
      CallIdentity identity,
      @Nullable SocketAddress peer,
      java.time.Instant openedAt,
      long ageNanos) {
    Node.Builder node =
        Node.newBuilder()
            .setRequestId(ByteString.copyFrom(identity.requestId().toBytes()))
            .setContextId(ContextIds.toBytes(identity.contextIdBits()))
            .setDepth(identity.depth())
            .setService(self.service())
            .setInstance(self.instance())
            .setPid(PID)
            .setMethod(identity.method())
            .setOpenedAt(WireCancellation.toProto(openedAt))
            .setAge(WireCancellation.toProto(Duration.ofNanos(ageNanos)));
    set(identity.parentContextIdBits(), id -> node.setParentContextId(ContextIds.toBytes(id)));
    set(peer, address -> node.setPeer(address.toString()));
    for (OutgoingCalls.Outgoing outgoing : identity.calls().latest()) {
      node.addCalls(toProto(outgoing));
    }
    return node;
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
