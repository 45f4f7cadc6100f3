package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Cancellation.Kind;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.TaskGroup;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three services in a row and their trees. */
class TreeAcrossProcessesTest {
  //  caller - gateway - identity - db        each handler calls the next and waits
  private final Waiting inGateway = new Waiting();
  private final Waiting inIdentity = new Waiting();
  private final Waiting inDb = new Waiting();
  private final Peer caller = Peer.named("caller");
  private final Peer db = inDb.in(Peer.named("db")).start();
  private final Peer identity = Peer.named("identity");
  private final Peer gateway = Peer.named("gateway");
  private final ManagedChannel toDb = identity.channelTo(db);
  private ManagedChannel toIdentity;
  private ManagedChannel toGateway;
  private final ExecutorService pool = Executors.newCachedThreadPool();

  @BeforeEach
  void start() {
    identity.unary(request -> callAndWait(toDb, inIdentity)).start();
    toIdentity = gateway.channelTo(identity);
    gateway.unary(request -> callAndWait(toIdentity, inGateway)).start();
    toGateway = caller.channelTo(gateway);
  }

  @AfterEach
  void stop() {
    pool.shutdownNow();
    caller.close();
    gateway.close();
    identity.close();
    db.close();
  }

  private static String callAndWait(ManagedChannel onward, Waiting waiting) throws Exception {
    CompletableFuture<Throwable> below = new CompletableFuture<>();
    Context context = Context.current();
    Thread thread =
        new Thread(() -> context.run(() -> below.complete(catchThrowable(() -> go(onward)))));
    thread.start();
    String answer = waiting.handle("wait");
    Status.Code code = Status.fromThrowable(below.get()).getCode();
    assertThat(code).isIn(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED);
    return answer;
  }

  private static String go(ManagedChannel channel) throws Exception {
    return Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT);
  }

  private Throwable callUnder(Context context, Runnable whenAllRun) throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    pool.execute(() -> context.run(() -> failure.complete(catchThrowable(() -> go(toGateway)))));
    inDb.awaitBegun();
    inIdentity.awaitBegun();
    inGateway.awaitBegun();
    whenAllRun.run();
    return failure.get(20, TimeUnit.SECONDS);
  }

  @Test
  void aCancelAtTheEdge_endsAllThree() throws Exception {
    CancelScope scope = Context.background().withCancel();
    Throwable failure = callUnder(scope.context(), () -> scope.cancel(Reason.USER_CANCELED));

    assertThat(CancellationStatus.of(failure)).isSameAs(scope.context().cancellation());
    for (Waiting waiting : new Waiting[] {inGateway, inIdentity, inDb}) {
      Cancellation seen = waiting.awaitEnded();
      assertThat(seen.kind()).isEqualTo(Kind.CANCELED);
      assertThat(seen.reason().hasCodeOf(Reason.USER_CANCELED)).isTrue();
    }
    assertNothingRuns();
  }

  @Test
  void aDeadline_isADeadlineAtAllThree() throws Exception {
    // Warm, so that the deadline can be short.
    CancelScope first = Context.background().withCancel();
    callUnder(first.context(), first::cancel);
    for (Waiting waiting : new Waiting[] {inGateway, inIdentity, inDb}) {
      waiting.awaitEnded();
    }
    CancelScope scope = Context.background().withTimeout(Duration.ofMillis(1300));
    Throwable failure = callUnder(scope.context(), () -> {});

    assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    for (Waiting waiting : new Waiting[] {inGateway, inIdentity, inDb}) {
      assertThat(waiting.awaitEnded().kind()).isEqualTo(Kind.DEADLINE_EXCEEDED);
    }
    assertNothingRuns();
  }

  @Test
  void aCallerThatKnowsNothingOfUs_cancelsAllThree() throws Exception {
    try (Peer plain = Peer.plain()) {
      io.grpc.Context.CancellableContext grpcContext = io.grpc.Context.current().withCancellation();
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      ManagedChannel channel = plain.channelTo(gateway);
      pool.execute(
          () -> grpcContext.run(() -> failure.complete(catchThrowable(() -> go(channel)))));
      inDb.awaitBegun();

      grpcContext.cancel(new IllegalStateException("enough"));

      for (Waiting waiting : new Waiting[] {inGateway, inIdentity, inDb}) {
        assertThat(waiting.awaitEnded().reason().hasCodeOf(Reason.CLIENT_CANCELED)).isTrue();
      }
      assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.CANCELLED);
      assertNothingRuns();
    }
  }

  @Test
  void aLostCaller_endsAllBelowIt() throws Exception {
    try (CutCable cable = new CutCable(gateway.port())) {
      ManagedChannel overCable = caller.channelTo(cable.port(), builder -> {});
      pool.execute(() -> catchThrowable(() -> go(overCable)));
      inDb.awaitBegun();

      cable.cut();

      assertThat(inGateway.awaitEnded().reason().hasCodeOf(Reason.CONNECTION_LOST)).isTrue();
      assertThat(inIdentity.awaitEnded().kind()).isEqualTo(Kind.CANCELED);
      assertThat(inDb.awaitEnded().kind()).isEqualTo(Kind.CANCELED);
      assertNothingRuns();
    }
  }

  @Test
  void theFirstFailureOfABranch_endsItsSiblingsInTheirProcesses() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    try (Peer failing =
            Peer.named("token")
                .asyncUnary(
                    (request, observer) ->
                        observer.onError(
                            Status.UNAUTHENTICATED
                                .withDescription("bad token")
                                .asRuntimeException()))
                .start();
        Peer fanOut = Peer.named("fan-out")) {
      ManagedChannel toFailing = fanOut.channelTo(failing);
      ManagedChannel toWaiting = fanOut.channelTo(db);
      CountDownLatch dbRuns = new CountDownLatch(1);
      fanOut
          .unary(
              request -> {
                try (TaskGroup group = TaskGroup.open(Context.current())) {
                  group.fork("db", () -> go(toWaiting));
                  group.fork(
                      "token",
                      () -> {
                        dbRuns.await();
                        return go(toFailing);
                      });
                  group.join();
                } catch (ExecutionException e) {
                  seen.set(e.getCause());
                }
                return "done";
              })
          .start();
      ManagedChannel channel = caller.channelTo(fanOut);
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> unchecked(channel), pool);
      inDb.awaitBegun();
      dbRuns.countDown();

      assertThat(answer.get()).isEqualTo("done");
      assertThat(Status.fromThrowable(seen.get()).getDescription()).isEqualTo("bad token");
      assertThat(inDb.awaitEnded().kind()).isEqualTo(Kind.CANCELED);
    }
  }

  private static String unchecked(ManagedChannel channel) {
    try {
      return go(channel);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void executorsFuturesAndCallbacks_carryTheContext() throws Exception {
    try (Peer callee = Peer.named("callee").unary(request -> "done").start();
        Peer middle = Peer.named("middle")) {
      ManagedChannel onward = middle.channelTo(callee);
      CompletableFuture<CallIdentity> inPool = new CompletableFuture<>();
      CompletableFuture<CallIdentity> inCallback = new CompletableFuture<>();
      CompletableFuture<CallIdentity> inGrpcPool = new CompletableFuture<>();
      CompletableFuture<CallIdentity> handlers = new CompletableFuture<>();
      middle
          .unary(
              request -> {
                handlers.complete(CallIdentity.of(Context.current()));
                Context.current()
                    .wrap(pool)
                    .execute(() -> inPool.complete(CallIdentity.of(Context.current())));
                // Whatever carries io.grpc.Context carries ours.
                io.grpc.Context.currentContextExecutor(pool)
                    .execute(() -> inGrpcPool.complete(CallIdentity.of(Context.current())));
                var answer =
                    io.grpc.stub.ClientCalls.futureUnaryCall(
                        onward.newCall(Strings.UNARY, CallOptions.DEFAULT), "go");
                answer.addListener(
                    () -> inCallback.complete(CallIdentity.of(Context.current())), Runnable::run);
                // What has not begun when the handler returns is skipped.
                inPool.get(10, TimeUnit.SECONDS);
                return answer.get();
              })
          .start();
      go(caller.channelTo(middle));

      CallIdentity expected = Objects.requireNonNull(handlers.get());
      assertThat(inPool.get(10, TimeUnit.SECONDS)).isSameAs(expected);
      assertThat(inGrpcPool.get(10, TimeUnit.SECONDS)).isSameAs(expected);
      assertThat(inCallback.get(10, TimeUnit.SECONDS)).isSameAs(expected);
    }
  }

  @Test
  void aHandlerThatReturns_endsWhatItLeftRunning() throws Exception {
    try (Peer middle = Peer.named("middle")) {
      ManagedChannel onward = middle.channelTo(db);
      CompletableFuture<Context> handlers = new CompletableFuture<>();
      middle
          .unary(
              request -> {
                handlers.complete(Context.current());
                io.grpc.stub.ClientCalls.futureUnaryCall(
                    onward.newCall(Strings.UNARY, CallOptions.DEFAULT), "go");
                inDb.awaitBegun();
                return "done";
              })
          .start();
      assertThat(go(caller.channelTo(middle))).isEqualTo("done");

      assertThat(inDb.awaitEnded().kind()).isEqualTo(Kind.CANCELED);
      await().until(() -> handlers.get().isDone());
      await().until(() -> middle.ripcord().liveCalls() == 0);
    }
  }

  private void assertNothingRuns() {
    for (Peer peer : new Peer[] {gateway, identity, db}) {
      await().until(() -> peer.ripcord().liveCalls() == 0);
    }
  }
}
