package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.Event;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Ends what somebody names: all of a request in this process, or one call and what it has made. */
final class CancelById {
  /** So that an answer stays well below the size of message that gRPC takes. */
  private static final int MOST_NODES = 1_000;

  private static final Duration LONGEST_TO_ANSWER = Duration.ofMillis(500);
  private static final int SHARE_TO_ANSWER = 5;

  private final Self self;
  private final Calls calls;
  private final NodeView view;

  CancelById(Self self, Calls calls, NodeView view) {
    this.self = self;
    this.calls = calls;
    this.view = view;
  }

  void handle(CancelRequest request, ServerCallStreamObserver<CancelReply> observer) {
    Operator operator = Operator.asking();
    Target target = target(request);
    Reason reason = reason(request.getReason());
    List<HandledCall> found = target.find(calls);
    if (!request.getDryRun()) {
      found = target.end(calls, canceled(reason, target, operator));
    }
    Audit.canceled(operator, target.toString(), reason, found.size(), request.getDryRun());
    if (request.getWaitStopped() && !request.getDryRun()) {
      new Wait(found, observer).begin();
    } else {
      answer(found, observer);
    }
  }

  private Cancellation canceled(Reason reason, Target target, Operator operator) {
    return Cancellation.canceled(reason, null)
        .withOrigin(
            new Cancellation.Origin(
                self.service(), self.instance(), target.contextId(), operator.principal()));
  }

  private void answer(List<HandledCall> found, ServerCallStreamObserver<CancelReply> observer) {
    CancelReply.Builder reply = CancelReply.newBuilder().setFound(found.size());
    int stopped = 0;
    for (HandledCall call : found) {
      stopped += call.isStopped() ? 1 : 0;
      if (reply.getNodesCount() < MOST_NODES) {
        reply.addNodes(view.of(call));
      }
    }
    observer.onNext(reply.setStopped(stopped).build());
    observer.onCompleted();
  }

  // What is asked for.

  /** What is to be ended. */
  private interface Target {
    List<HandledCall> find(Calls calls);

    List<HandledCall> end(Calls calls, Cancellation why);

    /** Of the origin. */
    default String contextId() {
      return "";
    }
  }

  private record WholeRequest(RequestId id) implements Target {
    @Override
    public List<HandledCall> find(Calls calls) {
      return calls.running(id);
    }

    @Override
    public List<HandledCall> end(Calls calls, Cancellation why) {
      return calls.cancel(id, why);
    }

    @Override
    public String toString() {
      return "request " + id;
    }
  }

  private record OneContext(long id) implements Target {
    @Override
    public List<HandledCall> find(Calls calls) {
      return calls.running(id);
    }

    @Override
    public List<HandledCall> end(Calls calls, Cancellation why) {
      List<HandledCall> found = find(calls);
      found.forEach(call -> call.cancel(why));
      return found;
    }

    @Override
    public String contextId() {
      return ContextIds.toHex(id);
    }

    @Override
    public String toString() {
      return "context " + contextId();
    }
  }

  private static Target target(CancelRequest request) {
    return switch (request.getTargetCase()) {
      case REQUEST_ID ->
          new WholeRequest(ContextsService.requestId(request.getRequestId(), "must have 16"));
      case CONTEXT_ID -> {
        int length = request.getContextId().size();
        if (length != ContextIds.BYTES) {
          throw wrong("context_id has " + length + " bytes, must have 8");
        }
        yield new OneContext(ContextIds.of(request.getContextId()));
      }
      default -> throw wrong("neither request_id nor context_id is set");
    };
  }

  private static Reason reason(dev.ripcord.proto.v1.Reason from) {
    String code = from.getCode().isEmpty() ? Reason.ADMIN.code() : from.getCode();
    if (!Reason.isCode(code)) {
      throw wrong("reason.code is not 1 to 64 of A-Z 0-9 _ from a letter on");
    }
    return WireCancellation.reasonOf(from.toBuilder().setCode(code).build());
  }

  private static RuntimeException wrong(String what) {
    return Status.INVALID_ARGUMENT.withDescription(what).asRuntimeException();
  }

  // Waiting until the handlers have returned. No thread waits.

  /** Answers when all have stopped, or when the call's time is nearly over. */
  private final class Wait implements CallEvents {
    private final List<HandledCall> found;
    private final Set<HandledCall> running = ConcurrentHashMap.newKeySet();
    private final ServerCallStreamObserver<CancelReply> observer;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Runnable timeout = () -> {}; // takes the timeout back; set by begin

    Wait(List<HandledCall> found, ServerCallStreamObserver<CancelReply> observer) {
      this.found = found;
      this.observer = observer;
    }

    void begin() {
      running.addAll(found);
      observer.setOnCancelHandler(() -> end());
      calls.listen(this, Integer.MAX_VALUE);
      Deadline deadline = io.grpc.Context.current().getDeadline();
      if (deadline != null) {
        Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
        timeout = calls.background().later(left.minus(reserve(left)), this::finish);
      }
      // Those that stopped before it listened.
      running.removeIf(HandledCall::isStopped);
      finishIfNoneRuns();
    }

    private static Duration reserve(Duration left) {
      Duration share = left.dividedBy(SHARE_TO_ANSWER);
      return share.compareTo(LONGEST_TO_ANSWER) < 0 ? share : LONGEST_TO_ANSWER;
    }

    @Override
    public void happened(Event.Type what, HandledCall call, long nanos) {
      if (what == Event.Type.STOPPED && running.remove(call)) {
        finishIfNoneRuns();
      }
    }

    private void finishIfNoneRuns() {
      if (running.isEmpty()) {
        calls.background().execute(this::finish);
      }
    }

    private void finish() {
      if (end()) {
        answer(found, observer);
      }
    }

    /** Once. */
    private boolean end() {
      if (!over.compareAndSet(false, true)) {
        return false;
      }
      calls.leave(this);
      timeout.run();
      return true;
    }
  }
}
