package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Cancellation.Kind;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a callee learns of its call's end, and what its caller gets: over real sockets. */
class CancellationAcrossProcessesTest {
  private static final CallOptions NO_OPTIONS = CallOptions.DEFAULT;
  private static final Duration DEADLINE = Duration.ofMillis(1300);

  private final Waiting waiting = new Waiting();

  /** A process that has just started is slow, and a caller's deadline strikes first by as much. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (Peer callee = Peer.named("callee").unary(request -> "done").start();
        Peer caller = Peer.named("caller")) {
      Way.BLOCKING_UNARY.call(caller.channelTo(callee), NO_OPTIONS);
    }
  }

  // Every stub, every kind of method.

  @ParameterizedTest
  @EnumSource(Way.class)
  void aCancelOfTheCallersContext_endsBothSides(Way way) throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      CancelScope scope = Context.background().withCancel();
      CompletableFuture<Throwable> failure = failureOf(way, channel, scope.context());
      waiting.awaitBegun();
      await().until(() -> callee.ripcord().counters().controlStreamsAccepted() == 1);

      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));

      assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(Status.fromThrowable(failure.get()).getDescription())
          .contains("USER_CANCELED \"pressed cancel\"");
      assertThat(failure.get().getCause()).isInstanceOf(ContextException.class);
      Cancellation told = CancellationStatus.of(failure.get());
      assertThat(told).isSameAs(scope.context().cancellation());
      assertCallee(Kind.CANCELED, Reason.USER_CANCELED);
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  /** All ways at once, since a deadline must be long enough for a busy machine. */
  @Test
  void aDeadline_endsBothSides() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      CancelScope scope = Context.background().withTimeout(DEADLINE);
      Map<Way, CompletableFuture<Throwable>> failures = new EnumMap<>(Way.class);
      for (Way way : Way.values()) {
        failures.put(way, failureOf(way, channel, scope.context()));
      }
      for (Way way : Way.values()) {
        Throwable failure = failures.get(way).get();
        assertThat(Status.fromThrowable(failure).getCode())
            .as("%s", way)
            .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(CancellationStatus.of(failure))
            .as("%s", way)
            .isSameAs(scope.context().cancellation());
        assertCallee(Kind.DEADLINE_EXCEEDED, Reason.DEADLINE);
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aContextThatHasEnded_failsAtOnceAndTouchesNoWire(Way way) throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      CancelScope scope = Context.background().withCancel();
      scope.cancel(Reason.SUPERSEDED);

      Throwable failure = failureOf(way, channel, scope.context()).get();

      assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(failure).hasCauseInstanceOf(ContextException.class);
      // Nobody has even connected.
      assertThat(channel.getState(false)).isEqualTo(io.grpc.ConnectivityState.IDLE);
      assertThat(waiting.hasBegun()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void theContextGivenWithTheCall_isTakenInsteadOfTheCurrentOne(Way way) throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      CancelScope given = Context.background().withCancel();
      CancelScope current = Context.background().withCancel();
      CompletableFuture<Throwable> failure =
          failureOf(
              way,
              channel,
              current.context(),
              NO_OPTIONS.withOption(Ripcord.CONTEXT, given.context()));
      waiting.awaitBegun();

      current.cancel(Reason.ADMIN);
      assertThat(failure).isNotDone();
      given.cancel(Reason.SUPERSEDED);

      assertThat(CancellationStatus.of(failure.get())).isSameAs(given.context().cancellation());
    }
  }

  // How a callee tells the ends apart.

  @Test
  void aCallCancelledByItsUser_isAClientsCancel() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.plain()) {
      ManagedChannel channel = caller.channelTo(callee);
      ClientCall<String, String> call = startUnary(channel, NO_OPTIONS);
      waiting.awaitBegun();

      call.cancel("no longer needed", null);

      assertCallee(Kind.CANCELED, Reason.CLIENT_CANCELED);
    }
  }

  @Test
  void aDeadlineOfAPlainCaller_isADeadline() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.plain()) {
      ManagedChannel channel = caller.channelTo(callee);
      startUnary(channel, NO_OPTIONS.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS));

      assertCallee(Kind.DEADLINE_EXCEEDED, Reason.DEADLINE);
    }
  }

  @Test
  void aCutConnection_isALostConnection() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        CutCable cable = new CutCable(callee.port());
        Peer caller = Peer.named("caller")) {
      startUnary(caller.channelTo(cable.port(), builder -> {}), NO_OPTIONS);
      waiting.awaitBegun();

      cable.cut();

      assertCallee(Kind.CANCELED, Reason.CONNECTION_LOST);
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aSilentConnection_isALostConnection_afterTheKeepalive() throws Exception {
    try (Peer callee =
            waiting
                .in(Peer.named("callee"))
                .settings(
                    builder ->
                        builder
                            .keepAliveTime(200, TimeUnit.MILLISECONDS)
                            .keepAliveTimeout(200, TimeUnit.MILLISECONDS))
                .start();
        CutCable cable = new CutCable(callee.port());
        Peer caller = Peer.named("caller")) {
      startUnary(caller.channelTo(cable.port(), builder -> {}), NO_OPTIONS);
      waiting.awaitBegun();

      cable.goSilent();

      assertCallee(Kind.CANCELED, Reason.CONNECTION_LOST);
    }
  }

  @Test
  void aServerShutDownAtOnce_isAShutdown() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      startUnary(caller.channelTo(callee), NO_OPTIONS);
      waiting.awaitBegun();

      callee.server().shutdownNow();

      assertCallee(Kind.CANCELED, Reason.SHUTDOWN);
    }
  }

  @Test
  void aRequestTooLong_breaksTheStreamAndEndsTheHandler() throws Exception {
    try (Peer callee =
            Peer.named("callee")
                .bidi(
                    answers -> {
                      // Asks for the second message while the first is being handled.
                      ((ServerCallStreamObserver<String>) answers).request(2);
                      return waiting.handleStream(answers);
                    })
                .settings(builder -> builder.maxInboundMessageSize(100))
                .start();
        Peer caller = Peer.named("caller")) {
      ClientCall<String, String> call = caller.channelTo(callee).newCall(Strings.BIDI, NO_OPTIONS);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      call.sendMessage("go");
      waiting.awaitBegun();

      call.sendMessage("x".repeat(1000));

      Cancellation seen = waiting.awaitEnded();
      assertThat(seen.kind()).isEqualTo(Kind.CANCELED);
      assertThat(seen.reason().code()).isEqualTo("STREAM_FAILED");
      assertThat(seen.reason().message()).startsWith("RESOURCE_EXHAUSTED");
    }
  }

  // Who decides.

  @Test
  void aCallOutOfADetachedContext_isNotCutByTheRequestItCameFrom() throws Exception {
    Waiting end = new Waiting();
    CompletableFuture<Context> detached = new CompletableFuture<>();
    try (Peer callee = end.in(Peer.named("callee")).start();
        Peer middle = Peer.named("middle");
        Peer caller = Peer.named("caller")) {
      ManagedChannel onward = middle.channelTo(callee);
      middle
          .unary(
              request -> {
                Context context = Context.current().withoutCancel();
                context.run(() -> startUnary(onward, NO_OPTIONS));
                detached.complete(context);
                return waiting.handle(request);
              })
          .start();
      CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(20));
      CompletableFuture<Throwable> failure =
          failureOf(Way.BLOCKING_UNARY, caller.channelTo(middle), scope.context());
      Context far = end.awaitBegun();
      waiting.awaitBegun();

      scope.cancel();

      failure.get();
      waiting.awaitEnded();
      await().until(() -> middle.ripcord().liveCalls() == 0);
      assertThat(far.isDone()).isFalse();
      assertThat(far.deadline()).isNull();
      // It still belongs to the tree.
      assertThat(CallIdentity.of(far)).extracting(CallIdentity::depth).isEqualTo(1);
      assertThat(CallIdentity.of(far))
          .extracting(CallIdentity::requestId)
          .isEqualTo(java.util.Objects.requireNonNull(CallIdentity.of(detached.get())).requestId());
    }
  }

  @Test
  void theCallsOwnDeadline_countsIfItIsEarlier() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      CancelScope scope = Context.background().withTimeout(Duration.ofMinutes(5));
      // On a very busy machine the time may be over before a handler has begun.
      while (!waiting.hasBegun()) {
        Throwable failure =
            failureOf(
                    Way.BLOCKING_UNARY,
                    caller.channelTo(callee),
                    scope.context(),
                    NO_OPTIONS.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                .get();
        // gRPC's own words, or the callee's if it was faster; not the context's, which has not
        // ended.
        assertThat(Status.fromThrowable(failure).getCode())
            .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      }
      assertThat(scope.context().isDone()).isFalse();
      assertCallee(Kind.DEADLINE_EXCEEDED, Reason.DEADLINE);
    }
  }

  @Test
  void aCallGivenUpByItsUser_leavesNothingWithTheContext() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      dev.ripcord.testing.FakeTime time = new dev.ripcord.testing.FakeTime();
      CancelScope scope = time.background().withTimeout(Duration.ofSeconds(20));
      ClientCall<String, String> call =
          startUnary(channel, NO_OPTIONS.withOption(Ripcord.CONTEXT, scope.context()));
      waiting.awaitBegun();
      // The deadline's timer runs only while somebody listens.
      assertThat(time.timers()).isEqualTo(1);

      call.cancel("no longer needed", null);

      assertThat(time.timers()).isZero();
      assertCallee(Kind.CANCELED, Reason.CLIENT_CANCELED);
    }
  }

  @Test
  void aCallThatHasBeenAnswered_leavesNothingWithTheContext() throws Exception {
    try (Peer callee = Peer.named("callee").unary(request -> "done").start();
        Peer caller = Peer.named("caller")) {
      dev.ripcord.testing.FakeTime time = new dev.ripcord.testing.FakeTime();
      CancelScope scope = time.background().withTimeout(Duration.ofSeconds(20));
      scope.context().call(() -> Way.FUTURE_UNARY.call(caller.channelTo(callee), NO_OPTIONS));

      assertThat(time.timers()).isZero();
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  private void assertCallee(Kind kind, Reason reason) throws InterruptedException {
    Cancellation seen = waiting.awaitEnded();
    assertThat(seen.kind()).isEqualTo(kind);
    assertThat(seen.reason().code()).isEqualTo(reason.code());
  }

  private static ClientCall<String, String> startUnary(
      ManagedChannel channel, CallOptions options) {
    ClientCall<String, String> call = channel.newCall(Strings.UNARY, options);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(2);
    call.sendMessage("go");
    call.halfClose();
    return call;
  }

  private static CompletableFuture<Throwable> failureOf(
      Way way, ManagedChannel channel, Context context) {
    return failureOf(way, channel, context, NO_OPTIONS);
  }

  /** Makes the call on a thread of its own. */
  private static CompletableFuture<Throwable> failureOf(
      Way way, ManagedChannel channel, Context context, CallOptions options) {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                context.run(
                    () -> {
                      Throwable thrown = catchThrowable(() -> way.call(channel, options));
                      failure.complete(thrown == null ? new AssertionError("answered") : thrown);
                    }));
    thread.setDaemon(true);
    thread.start();
    return failure;
  }
}
