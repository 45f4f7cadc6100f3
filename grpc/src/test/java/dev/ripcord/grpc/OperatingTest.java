package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsBlockingStub;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.WatchRequest;
import dev.ripcord.testing.FakeTime;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees and does through {@code ripcord.v1.Contexts}, over real sockets. */
class OperatingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Waiting waiting = new Waiting();
  private final Peer callee = waiting.in(Peer.named("callee"));
  private final Peer caller = Peer.named("caller");
  private final Peer operator = Peer.plain();

  @AfterEach
  void close() {
    caller.close();
    operator.close();
    callee.close();
  }

  // List.

  @Test
  void tenThousandLiveRequests_areAllListed_andOneIsFound() {
    int live = 10_000;
    Peer holding = Peer.named("holding").serverStream((request, answers) -> {});
    try (holding;
        CancelScope scope = Context.background().withCancel()) {
      holding.start();
      ManagedChannel channel = caller.channelTo(holding);
      List<RequestId> ids = new ArrayList<>();
      for (int i = 0; i < live; i++) {
        ids.add(hold(channel, scope.context()));
      }
      await().atMost(PATIENCE).until(() -> holding.ripcord().liveCalls() == live);
      ContextsBlockingStub contexts = contexts(holding);

      Set<ByteString> listed = new HashSet<>();
      contexts
          .list(ListRequest.getDefaultInstance())
          .forEachRemaining(node -> listed.add(node.getRequestId()));
      assertThat(listed).hasSize(live);

      Node one =
          contexts.list(ListRequest.newBuilder().setRequestId(bytes(ids.get(77))).build()).next();
      assertThat(one.getRequestId()).isEqualTo(bytes(ids.get(77)));
      assertThat(one.getState()).isEqualTo(Node.State.LIVE);

      CancelReply reply = contexts.cancel(cancelOf(ids.get(77)).setWaitStopped(true).build());
      assertThat(reply.getFound()).isEqualTo(1);
      assertThat(reply.getStopped()).isEqualTo(1);
      assertThat(holding.ripcord().liveCalls()).isEqualTo(live - 1);
    }
  }

  @Test
  void callsOfOneRequest_areFoundWhateverHasLeftBetweenThem() {
    callee.start();
    RequestId id = RequestId.random();
    ManagedChannel channel = caller.channelTo(callee);
    List<CancelScope> scopes = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      CancelScope scope = Context.background().withCancel();
      scopes.add(scope);
      call(channel, Ripcord.withRequestId(scope.context(), id));
    }
    await().atMost(PATIENCE).until(() -> nodes(id).size() == 9);
    // The first, the last, two neighbours.
    for (int i : new int[] {0, 8, 3, 4}) {
      scopes.get(i).cancel();
    }
    await().atMost(PATIENCE).until(() -> nodes(id).size() == 5);
    scopes.forEach(CancelScope::close);
    await().atMost(PATIENCE).until(() -> nodes(id).isEmpty());
    assertThat(callee.ripcord().liveCalls()).isZero();
  }

  // Watch.

  @Test
  void aWatcher_hearsOfTheBeginningTheEndAndTheStop() throws Exception {
    callee.start();
    Events events = watch(WatchRequest.getDefaultInstance());
    RequestId id = RequestId.random();
    try (CancelScope scope = Context.background().withCancel()) {
      awaitWatching(events);
      call(caller.channelTo(callee), Ripcord.withRequestId(scope.context(), id));
      waiting.awaitBegun();
      assertThat(contexts(callee).cancel(cancelOf(id).build()).getFound()).isEqualTo(1);
    }
    Event opened = events.next(id);
    assertThat(opened.getType()).isEqualTo(Event.Type.OPENED);
    assertThat(opened.getNode().getMethod()).isEqualTo("test.Strings/Unary");
    Event ended = events.next(id);
    assertThat(ended.getType()).isEqualTo(Event.Type.ENDED);
    assertThat(ended.getNode().getState()).isEqualTo(Node.State.ENDING);
    assertThat(ended.getNode().getCancellation().getReason().getCode()).isEqualTo("ADMIN");
    Event stopped = events.next(id);
    assertThat(stopped.getType()).isEqualTo(Event.Type.STOPPED);
    assertThat(stopped.getNode().getState()).isEqualTo(Node.State.STOPPED);
    assertThat(stopped.getNode().getStoppedMonotonicNs())
        .isGreaterThanOrEqualTo(ended.getNode().getEndedMonotonicNs());
  }

  @Test
  void aWatcherOfOneRequest_beginsWithWhatIsLive_andHearsOfNoOther() throws Exception {
    callee.start();
    RequestId watched = RequestId.random();
    ManagedChannel channel = caller.channelTo(callee);
    try (CancelScope scope = Context.background().withCancel()) {
      call(channel, Ripcord.withRequestId(scope.context(), watched));
      waiting.awaitBegun();
      Events events =
          watch(
              WatchRequest.newBuilder().setRequestId(bytes(watched)).setIncludeLive(true).build());
      assertThat(events.next().getType()).isEqualTo(Event.Type.OPENED);
      call(channel, Ripcord.withRequestId(scope.context(), RequestId.random()));
      waiting.awaitBegun();
      scope.cancel();
      assertThat(events.next().getNode().getRequestId()).isEqualTo(bytes(watched));
      assertThat(events.next().getNode().getRequestId()).isEqualTo(bytes(watched));
    }
  }

  @Test
  void anOverdueHandler_isToldOfWithItsStack() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Ripcord impatient =
        Ripcord.builder().service("stubborn").overdueAfter(Duration.ofMillis(20)).build();
    try (Peer stubborn = Peer.with(impatient).unary(request -> linger(release)).start();
        CancelScope scope = Context.background().withCancel()) {
      RequestId id = RequestId.random();
      Events events = new Events();
      watchAt(stubborn, WatchRequest.getDefaultInstance(), events);
      call(caller.channelTo(stubborn), Ripcord.withRequestId(scope.context(), id));
      await().atMost(PATIENCE).until(() -> impatient.liveCalls() == 1);
      await()
          .atMost(PATIENCE)
          .until(() -> contexts(stubborn).list(listOf(id)).next().getState() == Node.State.LIVE);
      scope.cancel();
      Event overdue = events.next(id);
      while (overdue.getType() != Event.Type.OVERDUE) {
        overdue = events.next(id);
      }
      assertThat(overdue.getNode().getState()).isEqualTo(Node.State.OVERDUE);
      assertThat(String.join("\n", overdue.getNode().getStackList()))
          .contains("OperatingTest.linger");
    } finally {
      release.countDown();
    }
  }

  @Test
  void aWatcherThatDoesNotRead_isCutOff_andNobodyWaitsForIt() throws Exception {
    Peer quick = Peer.named("quick").unary(request -> request);
    try (quick) {
      quick.start();
      ManagedChannel narrow =
          operator.channelTo(quick.port(), builder -> builder.flowControlWindow(65_535));
      CompletableFuture<Status> closed = new CompletableFuture<>();
      ClientCall<WatchRequest, Event> deaf =
          narrow.newCall(ContextsGrpc.getWatchMethod(), CallOptions.DEFAULT);
      deaf.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              closed.complete(status);
            }
          },
          new Metadata());
      deaf.sendMessage(WatchRequest.getDefaultInstance());
      deaf.halfClose();
      ManagedChannel channel = caller.channelTo(quick);
      // Two events each: more than the connection, the server's buffer and the queue hold.
      for (int i = 0; i < 2 * Watcher.MOST_WAITING; i++) {
        ClientCalls.blockingUnaryCall(channel, Strings.UNARY, CallOptions.DEFAULT, "hello");
      }
      deaf.request(Integer.MAX_VALUE);
      assertThat(closed.get(30, TimeUnit.SECONDS).getCode())
          .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }

  @Test
  void aWatcher_doesNotHoldUpTheEndOfTheProcess() throws Exception {
    callee.start();
    Events events = watch(WatchRequest.getDefaultInstance());
    awaitWatching(events);
    long started = System.nanoTime();
    assertThat(callee.ripcord().shutdown(callee.server(), Duration.ofSeconds(20))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
    assertThat(events.closed.get(30, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  // Cancel.

  @Test
  void aCancelByRequestId_tellsWhoWhyAndWhere_andLeavesALine() throws Exception {
    callee.start();
    RequestId id = RequestId.random();
    try (AuditLines audit = new AuditLines()) {
      Future<String> answer =
          call(caller.channelTo(callee), Ripcord.withRequestId(Context.background(), id));
      waiting.awaitBegun();
      CancelReply reply =
          contexts(callee)
              .cancel(
                  cancelOf(id)
                      .setReason(reason("QUOTA", "out of\nbudget"))
                      .setWaitStopped(true)
                      .build());
      assertThat(reply.getFound()).isEqualTo(1);
      assertThat(reply.getStopped()).isEqualTo(1);
      assertThat(reply.getNodes(0).getState()).isEqualTo(Node.State.STOPPED);

      Cancellation seen = waiting.awaitEnded();
      assertThat(seen.kind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(seen.reason().code()).isEqualTo("QUOTA");
      assertThat(seen.reason().message()).isEqualTo("out of?budget");
      assertThat(seen.origin()).isEqualTo(new Cancellation.Origin("callee", "1", "", "127.0.0.1"));
      assertThat(told(answer).reason().code()).isEqualTo("QUOTA");
      assertThat(audit.lines)
          .singleElement()
          .asString()
          .contains("127.0.0.1", "canceled request " + id, "QUOTA", "1 calls")
          .doesNotContain("\n");
    }
  }

  @Test
  void aDryRun_tellsWhatWouldEnd_andEndsNothing() throws Exception {
    callee.start();
    RequestId id = RequestId.random();
    try (CancelScope scope = Context.background().withCancel();
        AuditLines audit = new AuditLines()) {
      call(caller.channelTo(callee), Ripcord.withRequestId(scope.context(), id));
      Context running = waiting.awaitBegun();
      CancelReply reply = contexts(callee).cancel(cancelOf(id).setDryRun(true).build());
      assertThat(reply.getFound()).isEqualTo(1);
      assertThat(reply.getNodes(0).getState()).isEqualTo(Node.State.LIVE);
      assertThat(running.isDone()).isFalse();
      assertThat(audit.lines).singleElement().asString().contains("would have canceled");
      // Nor is it remembered.
      call(caller.channelTo(callee), Ripcord.withRequestId(scope.context(), id));
      assertThat(waiting.awaitBegun().isDone()).isFalse();
    }
  }

  @Test
  void whatArrivesAfterItsCancel_isBornDone_withTheFirstReason() throws Exception {
    callee.start();
    RequestId id = RequestId.random();
    CancelReply first =
        contexts(callee).cancel(cancelOf(id).setReason(reason("FIRST", "no")).build());
    assertThat(first).isEqualTo(CancelReply.getDefaultInstance());
    contexts(callee).cancel(cancelOf(id).setReason(reason("SECOND", "no")).build());
    for (int i = 0; i < 2; i++) {
      Future<String> answer =
          call(caller.channelTo(callee), Ripcord.withRequestId(Context.background(), id));
      Cancellation told = told(answer);
      assertThat(told.reason().code()).isEqualTo("FIRST");
      assertThat(told.origin()).isNotNull();
    }
    assertThat(waiting.hasBegun()).isFalse();
    // Its caller hears first.
    await().atMost(PATIENCE).until(() -> callee.ripcord().counters().callsSkipped() == 2);
    await().atMost(PATIENCE).until(() -> callee.ripcord().liveCalls() == 0);
  }

  @Test
  void aCancelIsForgottenAfterAMinute() throws Exception {
    FakeTime time = new FakeTime();
    Ripcord ripcord = Ripcord.builder().service("callee").instance("1").time(time).build();
    try (Station callee = Station.of(Peer.with(ripcord))) {
      RequestId id = RequestId.random();
      assertThat(ripcord.cancel(id, Reason.ADMIN)).isZero();
      Context named = Ripcord.withRequestId(Context.background(), id);
      ManagedChannel channel = caller.channelTo(callee.peer());

      time.advance(Duration.ofSeconds(59));
      Caller early = Caller.unary(channel, named, Station.ECHO);
      assertThat(early.status().getCode()).isEqualTo(Status.Code.CANCELLED);

      // A second cancel begins the minute anew.
      assertThat(ripcord.cancel(id, Reason.ADMIN)).isZero();
      time.advance(Duration.ofSeconds(59));
      Caller stillEarly = Caller.unary(channel, named, Station.ECHO);
      assertThat(stillEarly.status().getCode()).isEqualTo(Status.Code.CANCELLED);

      time.advance(Duration.ofSeconds(2));
      assertThat(Caller.unary(channel, named, Station.ECHO).status().isOk()).isTrue();
      time.advance(Duration.ofSeconds(120));
      await().until(() -> time.timers() == 0);
    }
  }

  //  caller ──► middle ──► leaf, detached
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsDetached_endsWithTheWholeRequest_notWithItsCaller(boolean whole) throws Exception {
    try (Station leaf = Station.named("leaf");
        Peer middle = Peer.named("middle")) {
      ManagedChannel onward = middle.channelTo(leaf.peer());
      CompletableFuture<CallIdentity> inMiddle = new CompletableFuture<>();
      middle
          .asyncUnary(
              (request, answers) -> {
                Caller unused = Caller.unary(onward, Context.current().withoutCancel());
                inMiddle.complete(CallIdentity.of(Context.current()));
              })
          .start();
      RequestId id = RequestId.random();
      Caller call =
          Caller.unary(caller.channelTo(middle), Ripcord.withRequestId(Context.background(), id));
      leaf.awaitCall();
      CancelRequest ofMiddle =
          CancelRequest.newBuilder()
              .setContextId(
                  ContextIds.toBytes(Long.parseUnsignedLong(inMiddle.get().contextId(), 16)))
              .build();
      CancelReply reply = contexts(middle).cancel(whole ? cancelOf(id).build() : ofMiddle);
      assertThat(reply.getFound()).isEqualTo(1);
      assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(leaf.peer().ripcord().liveCalls()).isEqualTo(1);
      if (whole) {
        // As an operator's command does, in every process.
        assertThat(contexts(leaf.peer()).cancel(cancelOf(id).build()).getFound()).isEqualTo(1);
        assertThat(leaf.end().reason().code()).isEqualTo("ADMIN");
      }
    }
  }

  @Test
  void aCancelOfOneContext_leavesTheOthersOfItsRequest() throws Exception {
    callee.start();
    RequestId id = RequestId.random();
    try (CancelScope scope = Context.background().withCancel()) {
      Context request = Ripcord.withRequestId(scope.context(), id);
      call(caller.channelTo(callee), request);
      call(caller.channelTo(callee), request);
      waiting.awaitBegun();
      waiting.awaitBegun();
      Node one = nodes(id).get(0);
      CancelReply reply =
          contexts(callee)
              .cancel(
                  CancelRequest.newBuilder()
                      .setContextId(one.getContextId())
                      .setWaitStopped(true)
                      .build());
      assertThat(reply.getStopped()).isEqualTo(1);
      Cancellation.Origin origin = waiting.awaitEnded().origin();
      assertThat(origin).isNotNull();
      assertThat(origin.contextId()).isEqualTo(ContextIds.toHex(ContextIds.of(one.getContextId())));
      assertThat(nodes(id))
          .singleElement()
          .satisfies(other -> assertThat(other.getState()).isEqualTo(Node.State.LIVE));
    }
  }

  @Test
  void aCancelThatWaits_answersWhenTheHandlerHasReturned_orWhenItsTimeIsNearlyOver()
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (Peer stubborn = Peer.named("stubborn").unary(request -> linger(release)).start();
        AuditLines audit = new AuditLines()) {
      RequestId id = RequestId.random();
      call(caller.channelTo(stubborn), Ripcord.withRequestId(Context.background(), id));
      await().atMost(PATIENCE).until(() -> contexts(stubborn).list(listOf(id)).hasNext());
      CancelRequest waits = cancelOf(id).setWaitStopped(true).build();

      CancelReply inTime = contexts(stubborn).withDeadlineAfter(3, TimeUnit.SECONDS).cancel(waits);
      assertThat(inTime.getFound()).isEqualTo(1);
      assertThat(inTime.getStopped()).isZero();

      Future<CancelReply> patient =
          ContextsGrpc.newFutureStub(operator.channelTo(stubborn)).cancel(waits);
      await().atMost(PATIENCE).until(() -> audit.lines.size() == 2);
      assertThat(patient.isDone()).isFalse();
      release.countDown();
      assertThat(patient.get(30, TimeUnit.SECONDS).getStopped()).isEqualTo(1);
    } finally {
      release.countDown();
    }
  }

  @Test
  void nonsense_isRefusedByName() {
    callee.start();
    ContextsBlockingStub contexts = contexts(callee);
    ByteString three = ByteString.copyFrom(new byte[3]);
    assertInvalid(
        "request_id",
        () -> contexts.list(ListRequest.newBuilder().setRequestId(three).build()).hasNext());
    assertInvalid(
        "request_id",
        () -> contexts.watch(WatchRequest.newBuilder().setRequestId(three).build()).hasNext());
    assertInvalid(
        "request_id",
        () -> contexts.cancel(CancelRequest.newBuilder().setRequestId(three).build()));
    assertInvalid(
        "context_id",
        () -> contexts.cancel(CancelRequest.newBuilder().setContextId(three).build()));
    assertInvalid("neither", () -> contexts.cancel(CancelRequest.getDefaultInstance()));
    assertInvalid(
        "reason.code",
        () ->
            contexts.cancel(
                cancelOf(RequestId.random()).setReason(reason("not a code", "")).build()));
  }

  private static void assertInvalid(String what, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining(what);
  }

  // Who may.

  @Test
  void whoIsNotPermitted_isToldNothing_andLeavesALine() throws Exception {
    Ripcord closed =
        Ripcord.builder().service("closed").instance("1").authorizer(request -> false).build();
    RequestId id = RequestId.random();
    try (Peer fortress = waiting.in(Peer.with(closed)).start();
        CancelScope scope = Context.background().withCancel();
        AuditLines audit = new AuditLines()) {
      call(caller.channelTo(fortress), Ripcord.withRequestId(scope.context(), id));
      Context running = waiting.awaitBegun();
      ContextsBlockingStub contexts = contexts(fortress);
      List<Runnable> attempts =
          List.of(
              () -> contexts.list(ListRequest.getDefaultInstance()).hasNext(),
              () -> contexts.watch(WatchRequest.getDefaultInstance()).hasNext(),
              () -> contexts.cancel(cancelOf(id).build()),
              () -> contexts.cancel(cancelOf(RequestId.random()).build()));
      List<String> answers = new ArrayList<>();
      for (Runnable attempt : attempts) {
        assertThatThrownBy(attempt::run)
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                e -> {
                  assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                  answers.add(e.getMessage());
                });
      }
      assertThat(answers.get(2)).as("known and unknown").isEqualTo(answers.get(3));
      assertThat(audit.lines).hasSize(4).allMatch(line -> line.contains("was refused"));
      assertThat(audit.lines.get(2)).contains("127.0.0.1", "ripcord.v1.Contexts/Cancel");
      assertThat(running.isDone()).isFalse();
    }
  }

  @Test
  void theAuthorizer_decidesPerOperation_andNamesThePrincipal() throws Exception {
    Metadata.Key<String> user = Metadata.Key.of("user", Metadata.ASCII_STRING_MARSHALLER);
    Authorizer byUser =
        new Authorizer() {
          @Override
          public boolean permits(Request request) {
            return request.operation().equals("List") || principal(request).equals("alice");
          }

          @Override
          public String principal(Request request) {
            String name = request.headers().get(user);
            return name == null ? "" : name;
          }
        };
    Ripcord ripcord = Ripcord.builder().service("shop").instance("1").authorizer(byUser).build();
    RequestId id = RequestId.random();
    try (Peer shop = waiting.in(Peer.with(ripcord)).start()) {
      Future<String> answer =
          call(caller.channelTo(shop), Ripcord.withRequestId(Context.background(), id));
      waiting.awaitBegun();
      ContextsBlockingStub nobody = contexts(shop);
      assertThat(nobody.list(listOf(id)).hasNext()).isTrue();
      assertThatThrownBy(() -> nobody.cancel(cancelOf(id).build()))
          .hasMessageContaining("PERMISSION_DENIED");
      Metadata headers = new Metadata();
      headers.put(user, "alice");
      nobody
          .withInterceptors(io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers))
          .cancel(cancelOf(id).build());
      Cancellation.Origin origin = told(answer).origin();
      assertThat(origin).isNotNull();
      assertThat(origin.principal()).isEqualTo("alice");
    }
  }

  @Test
  void theProcessItself_endsARequestTheSameWay() throws Exception {
    callee.start();
    RequestId id = RequestId.random();
    Future<String> answer =
        call(caller.channelTo(callee), Ripcord.withRequestId(Context.background(), id));
    waiting.awaitBegun();
    assertThat(callee.ripcord().cancel(id, Reason.AUTH_REVOKED)).isEqualTo(1);
    assertThat(told(answer).reason()).isEqualTo(Reason.AUTH_REVOKED);
    assertThatThrownBy(answer::get).hasMessageContaining("UNAUTHENTICATED");
  }

  // Tools.

  private static String linger(CountDownLatch release) throws InterruptedException {
    release.await(30, TimeUnit.SECONDS);
    return "late";
  }

  private static Cancellation told(Future<String> failed) throws InterruptedException {
    try {
      failed.get();
      throw new AssertionError("answered");
    } catch (java.util.concurrent.ExecutionException e) {
      Cancellation told = CancellationStatus.of(e);
      assertThat(told).as(e.toString()).isNotNull();
      return told;
    }
  }

  private static Future<String> call(ManagedChannel channel, Context context) {
    return ClientCalls.futureUnaryCall(
        channel.newCall(Strings.UNARY, CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, context)),
        "go");
  }

  /** A call that is open until its context ends. */
  private static RequestId hold(ManagedChannel channel, Context context) {
    RequestId id = RequestId.random();
    CallOptions options =
        CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, Ripcord.withRequestId(context, id));
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(Strings.SERVER_STREAM, options),
        "go",
        new StreamObserver<>() {
          @Override
          public void onNext(String value) {}

          @Override
          public void onError(Throwable failure) {}

          @Override
          public void onCompleted() {}
        });
    return id;
  }

  private ContextsBlockingStub contexts(Peer peer) {
    return ContextsGrpc.newBlockingStub(operator.channelTo(peer));
  }

  private List<Node> nodes(RequestId id) {
    List<Node> nodes = new ArrayList<>();
    Iterator<Node> listed = contexts(callee).list(listOf(id));
    listed.forEachRemaining(nodes::add);
    return nodes;
  }

  private static ListRequest listOf(RequestId id) {
    return ListRequest.newBuilder().setRequestId(bytes(id)).build();
  }

  private static CancelRequest.Builder cancelOf(RequestId id) {
    return CancelRequest.newBuilder().setRequestId(bytes(id));
  }

  private static dev.ripcord.proto.v1.Reason reason(String code, String message) {
    return dev.ripcord.proto.v1.Reason.newBuilder().setCode(code).setMessage(message).build();
  }

  private static ByteString bytes(RequestId id) {
    return ByteString.copyFrom(id.toBytes());
  }

  private Events watch(WatchRequest request) {
    Events events = new Events();
    watchAt(callee, request, events);
    return events;
  }

  private void watchAt(Peer peer, WatchRequest request, Events events) {
    ContextsGrpc.newStub(operator.channelTo(peer)).watch(request, events);
  }

  /** A watcher is there when it hears of a call that was made for it. */
  private void awaitWatching(Events events) throws InterruptedException {
    ManagedChannel channel = caller.channelTo(callee);
    Event heard = null;
    while (heard == null) {
      try (CancelScope scope = Context.background().withCancel()) {
        call(channel, scope.context());
        waiting.awaitBegun();
      }
      waiting.awaitEnded();
      heard = events.queue.poll(20, TimeUnit.MILLISECONDS);
    }
    await().atMost(PATIENCE).until(() -> callee.ripcord().liveCalls() == 0);
  }

  /** What a watcher hears. */
  private static final class Events implements ClientResponseObserver<WatchRequest, Event> {
    final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> closed = new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {}

    @Override
    public void onNext(Event event) {
      queue.add(event);
    }

    @Override
    public void onError(Throwable failure) {
      closed.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      closed.complete(Status.OK);
    }

    Event next() throws InterruptedException {
      Event event = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("nothing happened");
      }
      return event;
    }

    Event next(RequestId id) throws InterruptedException {
      Event event = next();
      while (!event.getNode().getRequestId().equals(bytes(id))) {
        event = next();
      }
      return event;
    }
  }

  /** What the audit trail says meanwhile. */
  private static final class AuditLines extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("dev.ripcord.audit");
    final List<String> lines = new java.util.concurrent.CopyOnWriteArrayList<>();

    AuditLines() {
      logger.addHandler(this);
    }

    @Override
    public void publish(@Nullable LogRecord line) {
      if (line != null) {
        lines.add(line.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }
}
