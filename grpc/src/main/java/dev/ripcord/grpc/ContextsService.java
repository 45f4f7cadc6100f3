package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.CountersRequest;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.WatchRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shows what runs in this process and what has lately run, tells what happens and how often, and
 * ends what it is told to. Whether it may, {@link AuthorizingInterceptor} has asked before.
 */
final class ContextsService extends ContextsGrpc.ContextsImplBase {
  private static final int MOST_WATCHERS = 64;

  private final Calls calls;
  private final NodeView view;
  private final CancelById cancels;

  ContextsService(Self self, Calls calls, ContextHeaders codec) {
    this.calls = calls;
    this.view = new NodeView(self, codec);
    this.cancels = new CancelById(self, calls, view);
  }

  @Override
  public void list(ListRequest request, StreamObserver<Node> observer) {
    try {
      RequestId only = requestIdOrNull(request.getRequestId());
      Iterator<Node> nodes = nodes(only, request.getIncludeStopped()).iterator();
      sendAll(nodes, (ServerCallStreamObserver<Node>) observer);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  /** Nodes are made one by one, as they are sent: nobody is held up, and nothing piles up. */
  private Stream<Node> nodes(@Nullable RequestId only, boolean includeStopped) {
    Iterable<HandledCall> live = only == null ? calls.live() : calls.live().of(only);
    Map<CallIdentity, List<Late>> overdue = calls.overdueWatch().byCall();
    Predicate<CallIdentity> wanted = call -> only == null || only.equals(call.requestId());
    Stream<Node> running =
        StreamSupport.stream(live.spliterator(), false)
            .filter(call -> !call.isStopped())
            .map(call -> view.of(call, late(overdue, call.identity())));
    // Taken when the live ones have been sent: what stops meanwhile is seen twice, not never.
    Stream<Node> stopped =
        Stream.of(calls).flatMap(all -> stopped(overdue, wanted, includeStopped));
    return Stream.concat(running, stopped);
  }

  /** Removes what it returns. */
  private static List<Late> late(Map<CallIdentity, List<Late>> overdue, CallIdentity call) {
    List<Late> its = overdue.remove(call);
    return its == null ? List.of() : its;
  }

  /** Of calls that have stopped; those too, in any case, below which something is overdue. */
  private Stream<Node> stopped(
      Map<CallIdentity, List<Late>> overdue, Predicate<CallIdentity> wanted, boolean all) {
    List<Node> nodes = new ArrayList<>();
    List<StoppedCalls.Stopped> remembered = all || !overdue.isEmpty() ? calls.stopped() : List.of();
    for (StoppedCalls.Stopped call : remembered) {
      List<Late> its = late(overdue, call.identity());
      if ((all || !its.isEmpty()) && wanted.test(call.identity())) {
        nodes.add(view.of(call.identity(), call, its));
      }
    }
    overdue.forEach(
        (call, its) -> {
          if (wanted.test(call)) {
            nodes.add(view.of(call, null, its));
          }
        });
    return nodes.stream();
  }

  /** As fast as the caller reads. */
  private static void sendAll(Iterator<Node> nodes, ServerCallStreamObserver<Node> observer) {
    // Called on one thread at a time; complete() once.
    Runnable send =
        new Runnable() {
          private boolean completed;

          @Override
          public void run() {
            while (!completed && observer.isReady()) {
              if (nodes.hasNext()) {
                observer.onNext(nodes.next());
              } else {
                completed = true;
                observer.onCompleted();
              }
            }
          }
        };
    observer.setOnReadyHandler(send);
    observer.setOnCancelHandler(() -> {});
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<Event> observer) {
    try {
      RequestId only = requestIdOrNull(request.getRequestId());
      Watcher watcher = new Watcher(calls, view, only, (ServerCallStreamObserver<Event>) observer);
      if (!watcher.begin(request.getIncludeLive(), MOST_WATCHERS)) {
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("already watched by " + MOST_WATCHERS)
            .asRuntimeException();
      }
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void cancel(CancelRequest request, StreamObserver<CancelReply> observer) {
    try {
      cancels.handle(request, (ServerCallStreamObserver<CancelReply>) observer);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  @Override
  public void counters(CountersRequest request, StreamObserver<CountersReply> observer) {
    observer.onNext(view.counters().putAllCounts(calls.account().counters().asMap()).build());
    observer.onCompleted();
  }

  private static @Nullable RequestId requestIdOrNull(ByteString bytes) {
    return bytes.isEmpty() ? null : requestId(bytes, "must have 16 or none");
  }

  static RequestId requestId(ByteString bytes, String must) {
    if (bytes.size() != RequestId.BYTES) {
      throw Status.INVALID_ARGUMENT
          .withDescription("request_id has " + bytes.size() + " bytes, " + must)
          .asRuntimeException();
    }
    return RequestId.of(bytes.toByteArray());
  }
}
