package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import dev.ripcord.ValueCodec;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.CountersRequest;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of a process. */
class ContextsServiceTest {
  private static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());

  private final Waiting waiting = new Waiting();
  private final RequestId requestId = RequestId.random();
  private final Peer caller =
      Peer.with(Ripcord.builder().service("caller").instance("1").propagate(TENANT).build());

  @AfterEach
  void closeCaller() {
    caller.close();
  }

  @Test
  void aLiveCall_isShownWithEverythingButItsValues() throws Exception {
    try (Peer callee = waiting.in(peer("callee")).start()) {
      CancelScope scope = begin(caller.channelTo(callee), Duration.ofSeconds(60));
      Context context = waiting.awaitBegun();
      long before = System.nanoTime();

      List<Node> nodes = list(callee, ListRequest.getDefaultInstance());

      assertThat(nodes).hasSize(1);
      Node node = nodes.get(0);
      assertThat(node.getRequestId()).isEqualTo(ByteString.copyFrom(requestId.toBytes()));
      assertThat(ContextIds.toHex(ContextIds.of(node.getContextId())))
          .isEqualTo(java.util.Objects.requireNonNull(CallIdentity.of(context)).contextId());
      assertThat(node.getParentContextId().isEmpty()).isTrue();
      assertThat(node.getDepth()).isZero();
      assertThat(node.getService()).isEqualTo("callee");
      assertThat(node.getInstance()).isEqualTo("1");
      assertThat(node.getPid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(node.getMethod()).isEqualTo("test.Strings/Unary");
      assertThat(node.getPeer()).contains("127.0.0.1");
      assertThat(node.getState()).isEqualTo(Node.State.LIVE);
      assertThat(node.getRemaining().getSeconds()).isBetween(30L, 60L);
      assertThat(node.getAge().getSeconds()).isBetween(0L, 30L);
      assertThat(node.hasCancellation()).isFalse();
      assertThat(node.getValueNamesList()).containsExactly("tenant");
      assertThat(node.toString()).doesNotContain("acme");
      assertThat(node.getEndedMonotonicNs()).isZero();
      assertThat(node.getStoppedMonotonicNs()).isZero();

      scope.cancel();
      waiting.awaitEnded();
      await().until(() -> list(callee, ListRequest.getDefaultInstance()).isEmpty());
      Node stopped = list(callee, ListRequest.newBuilder().setIncludeStopped(true).build()).get(0);
      assertThat(stopped.getState()).isEqualTo(Node.State.STOPPED);
      assertThat(stopped.getContextId()).isEqualTo(node.getContextId());
      assertThat(stopped.getCancellation().getReason().getCode()).isEqualTo("CLIENT_CANCELED");
      assertThat(stopped.getCancellation().getKind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(stopped.getCancellation().getOrigin().getService()).isEqualTo("caller");
      assertThat(stopped.getEndedMonotonicNs()).isBetween(before, System.nanoTime());
      assertThat(stopped.getStoppedMonotonicNs())
          .isBetween(stopped.getEndedMonotonicNs(), System.nanoTime());
    }
  }

  @Test
  void aCallThatEndedWell_isRememberedWithoutACancellation() throws Exception {
    try (Peer callee = peer("callee").unary(request -> "done").start()) {
      Way.BLOCKING_UNARY.call(caller.channelTo(callee), CallOptions.DEFAULT);
      await().until(() -> callee.ripcord().liveCalls() == 0);

      List<Node> nodes = list(callee, ListRequest.newBuilder().setIncludeStopped(true).build());
      assertThat(nodes).hasSize(1);
      assertThat(nodes.get(0).hasCancellation()).isFalse();
      assertThat(nodes.get(0).getState()).isEqualTo(Node.State.STOPPED);
      assertThat(nodes.get(0).getStoppedMonotonicNs()).isPositive();
    }
  }

  @Test
  void onlyOneRequestsNodes_ifOneIsNamed() throws Exception {
    try (Peer callee = waiting.in(peer("callee")).start()) {
      ManagedChannel channel = caller.channelTo(callee);
      begin(channel, Duration.ofSeconds(60));
      waiting.awaitBegun();
      begin(channel, Duration.ofSeconds(60), RequestId.random());
      waiting.awaitBegun();

      assertThat(list(callee, ListRequest.getDefaultInstance())).hasSize(2);
      assertThat(list(callee, request(requestId))).hasSize(1);
      assertThat(list(callee, request(RequestId.random()))).isEmpty();
    }
  }

  @Test
  void anEndedHandler_isEnding_thenOverdueWithItsStack() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Ripcord ripcord =
        Ripcord.builder().service("callee").overdueAfter(Duration.ofMillis(300)).build();
    try (Peer callee =
        Peer.with(ripcord)
            .unary(
                request -> {
                  begun.countDown();
                  finish.await();
                  return "late";
                })
            .start()) {
      CancelScope scope = begin(caller.channelTo(callee), Duration.ofSeconds(60));
      begun.await();
      scope.cancel(Reason.USER_CANCELED);
      await().until(() -> state(callee) != Node.State.LIVE);
      assertThat(state(callee)).isIn(Node.State.ENDING, Node.State.OVERDUE);
      await().until(() -> state(callee) == Node.State.OVERDUE);

      Node node = list(callee, ListRequest.getDefaultInstance()).get(0);
      assertThat(node.getStackList()).anyMatch(frame -> frame.contains("ContextsServiceTest"));
      assertThat(node.getEndedMonotonicNs()).isPositive();
      assertThat(node.getStoppedMonotonicNs()).isZero();
      finish.countDown();
      await().until(() -> list(callee, ListRequest.getDefaultInstance()).isEmpty());
    }
  }

  /** The caller's end of a call knows the reason that a reset does not carry. */
  @Test
  void theCallsANodeHasMade_areShownWithWhyTheyWereGivenUp() throws Exception {
    Waiting inMiddle = new Waiting();
    AtomicReference<CancelScope> branch = new AtomicReference<>();
    try (Peer callee = waiting.in(peer("callee")).start();
        Peer middle = peer("middle")) {
      ManagedChannel onward = middle.channelTo(callee);
      middle
          .unary(
              request -> {
                CancelScope scope = Context.current().withCancel();
                branch.set(scope);
                scope
                    .context()
                    .run(
                        () ->
                            io.grpc.stub.ClientCalls.futureUnaryCall(
                                onward.newCall(Strings.UNARY, CallOptions.DEFAULT), "go"));
                return inMiddle.handle(request);
              })
          .start();
      CancelScope scope = begin(caller.channelTo(middle), Duration.ofSeconds(60));
      Context far = waiting.awaitBegun();
      inMiddle.awaitBegun();

      Node node = list(middle, ListRequest.getDefaultInstance()).get(0);
      assertThat(node.getCallsList()).hasSize(1);
      assertThat(node.getCalls(0).hasCancellation()).isFalse();
      assertThat(node.getCalls(0).getMethod()).isEqualTo("test.Strings/Unary");
      assertThat(ContextIds.toHex(ContextIds.of(node.getCalls(0).getContextId())))
          .isEqualTo(java.util.Objects.requireNonNull(CallIdentity.of(far)).contextId());

      branch.get().cancel(Reason.SIBLING_FAILED.withMessage("token: bad"));
      waiting.awaitEnded();
      node = list(middle, ListRequest.getDefaultInstance()).get(0);
      assertThat(node.getCalls(0).getCancellation().getReason().getCode())
          .isEqualTo("SIBLING_FAILED");

      scope.cancel();
      inMiddle.awaitEnded();
      await().until(() -> middle.ripcord().liveCalls() == 0);
      Node stopped = list(middle, ListRequest.newBuilder().setIncludeStopped(true).build()).get(0);
      assertThat(stopped.getCalls(0).getCancellation().getReason().getMessage())
          .isEqualTo("token: bad");
    }
  }

  @Test
  void ofManyStoppedCalls_theLatestAreRemembered() throws Exception {
    Ripcord ripcord = Ripcord.builder().service("callee").rememberStopped(3).build();
    try (Peer callee = Peer.with(ripcord).unary(request -> "done").start()) {
      ManagedChannel channel = caller.channelTo(callee);
      for (int i = 0; i < 10; i++) {
        Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT);
      }
      await().until(() -> ripcord.liveCalls() == 0);
      List<Node> nodes = list(callee, ListRequest.newBuilder().setIncludeStopped(true).build());
      assertThat(nodes)
          .hasSize(3)
          .isSortedAccordingTo(
              (a, b) -> Long.compare(b.getStoppedMonotonicNs(), a.getStoppedMonotonicNs()));
    }
  }

  @Test
  void counters_tellWhoseTheyAre_andWhatWasCounted() throws Exception {
    try (Peer callee = waiting.in(peer("callee")).start()) {
      ManagedChannel channel = caller.channelTo(callee);
      ContextsGrpc.ContextsBlockingStub operator = ContextsGrpc.newBlockingStub(channel);

      CountersReply before = operator.counters(CountersRequest.getDefaultInstance());

      assertThat(before.getService()).isEqualTo("callee");
      assertThat(before.getInstance()).isEqualTo("1");
      assertThat(before.getPid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(before.getCountsMap())
          .containsEntry("calls_skipped", 0L)
          .containsKeys("tasks_skipped", "reasons_undelivered");

      // Ended before it comes, it is not begun.
      operator.cancel(
          CancelRequest.newBuilder()
              .setRequestId(ByteString.copyFrom(requestId.toBytes()))
              .build());
      begin(channel, Duration.ofSeconds(60));
      await()
          .untilAsserted(
              () ->
                  assertThat(operator.counters(CountersRequest.getDefaultInstance()).getCountsMap())
                      .containsEntry("calls_skipped", 1L)
                      .isEqualTo(callee.ripcord().counters().asMap()));
    }
  }

  @Test
  void aMalformedRequestId_isRefused() {
    try (Peer callee = peer("callee").start()) {
      assertThatThrownBy(
              () ->
                  list(
                      callee,
                      ListRequest.newBuilder()
                          .setRequestId(ByteString.copyFromUtf8("abc"))
                          .build()))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessage("INVALID_ARGUMENT: request_id has 3 bytes, must have 16 or none");
    }
  }

  @Test
  void whoeverIsNotPermitted_seesNothing() {
    try (Peer callee =
        Peer.with(Ripcord.builder().service("callee").authorizer(request -> false).build())
            .start()) {
      assertCode(callee, Status.Code.PERMISSION_DENIED);
    }
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(
                    Ripcord.builder()
                        .service("callee")
                        .authorizer(
                            request -> {
                              throw new IllegalStateException("no idea");
                            })
                        .build())
                .start()) {
      assertCode(callee, Status.Code.PERMISSION_DENIED);
      assertThat(logs.seen()).hasSize(1);
    }
    try (Peer callee =
        Peer.with(Ripcord.builder().service("callee").adminService(false).build()).start()) {
      assertCode(callee, Status.Code.UNIMPLEMENTED);
    }
  }

  @Test
  void byDefaultOnlyLoopbackPeersArePermitted() {
    Authorizer authorizer = Authorizer.loopbackOnly();
    assertThat(authorizer.permits(from("127.0.0.1"))).isTrue();
    assertThat(authorizer.permits(from("::1"))).isTrue();
    assertThat(authorizer.permits(from("192.0.2.1"))).isFalse();
    assertThat(authorizer.permits(from("0.0.0.0"))).isFalse();
    assertThat(
            authorizer.permits(
                new Authorizer.Request(
                    "List", null, new io.grpc.Metadata(), io.grpc.Attributes.EMPTY)))
        .isFalse();
  }

  private static Authorizer.Request from(String address) {
    return new Authorizer.Request(
        "List",
        new InetSocketAddress(address, 1),
        new io.grpc.Metadata(),
        io.grpc.Attributes.EMPTY);
  }

  private void assertCode(Peer callee, Status.Code code) {
    assertThatThrownBy(() -> list(callee, ListRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  private Node.State state(Peer callee) {
    return list(callee, ListRequest.getDefaultInstance()).get(0).getState();
  }

  private List<Node> list(Peer callee, ListRequest request) {
    List<Node> nodes = new ArrayList<>();
    ContextsGrpc.newBlockingStub(caller.channelTo(callee))
        .list(request)
        .forEachRemaining(nodes::add);
    return nodes;
  }

  private static ListRequest request(RequestId id) {
    return ListRequest.newBuilder().setRequestId(ByteString.copyFrom(id.toBytes())).build();
  }

  private CancelScope begin(ManagedChannel channel, Duration timeout) {
    return begin(channel, timeout, requestId);
  }

  private static CancelScope begin(ManagedChannel channel, Duration timeout, RequestId id) {
    CancelScope scope =
        Ripcord.withRequestId(Context.background().withValue(TENANT, "acme"), id)
            .withTimeout(timeout);
    CallOptions options = CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, scope.context());
    io.grpc.stub.ClientCalls.futureUnaryCall(channel.newCall(Strings.UNARY, options), "go");
    return scope;
  }

  private static Peer peer(String service) {
    return Peer.with(Ripcord.builder().service(service).instance("1").propagate(TENANT).build());
  }
}
