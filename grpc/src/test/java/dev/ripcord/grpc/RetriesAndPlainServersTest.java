package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Calls that are several streams, and callees that know nothing of us. */
class RetriesAndPlainServersTest {
  private static final CallOptions NO_OPTIONS = CallOptions.DEFAULT;

  private final Waiting waiting = new Waiting();

  @Test
  void aRetriedCall_isAnsweredByALaterAttempt() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    try (Peer callee =
            Peer.named("callee")
                .asyncUnary(
                    (request, answers) -> {
                      if (attempts.incrementAndGet() < 3) {
                        answers.onError(Status.UNAVAILABLE.asRuntimeException());
                      } else {
                        answers.onNext("third");
                        answers.onCompleted();
                      }
                    })
                .start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = retrying(caller, callee, "0.01s");
      try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(20))) {
        assertThat(scope.context().call(() -> Way.BLOCKING_UNARY.call(channel, NO_OPTIONS)))
            .isEqualTo("third");
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aCancelBetweenTwoAttempts_endsTheCallAtOnce() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    try (Peer callee =
            Peer.named("callee")
                .asyncUnary(
                    (request, answers) -> {
                      attempts.incrementAndGet();
                      answers.onError(Status.UNAVAILABLE.asRuntimeException());
                    })
                .start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = retrying(caller, callee, "100s");
      CancelScope scope = Context.background().withCancel();
      CompletableFuture<Throwable> failure = failureUnder(scope.context(), channel);
      await().until(() -> attempts.get() > 0 && callee.ripcord().liveCalls() == 0);

      scope.cancel(Reason.USER_CANCELED);

      Throwable thrown = failure.get(10, TimeUnit.SECONDS);
      // The first back-off is random and may have been short.
      assertThat(Status.fromThrowable(thrown).getCode())
          .isIn(Status.Code.CANCELLED, Status.Code.UNAVAILABLE);
      if (attempts.get() == 1) {
        assertThat(CancellationStatus.of(thrown)).isSameAs(scope.context().cancellation());
      }
    }
  }

  @Test
  void aCancelledHedge_endsAllItsStreams() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = hedging(caller, callee);
      CancelScope scope = Context.background().withCancel();
      CompletableFuture<Throwable> failure = failureUnder(scope.context(), channel);
      Context first = waiting.awaitBegun();
      Context second = waiting.awaitBegun();
      Context third = waiting.awaitBegun();
      // One call, three streams.
      assertThat(CallIdentity.of(second))
          .extracting(CallIdentity::contextId)
          .isEqualTo(java.util.Objects.requireNonNull(CallIdentity.of(first)).contextId());

      scope.cancel(Reason.USER_CANCELED);

      assertThat(CancellationStatus.of(failure.get())).isSameAs(scope.context().cancellation());
      for (int i = 0; i < 3; i++) {
        assertThat(waiting.awaitEnded().reason().hasCodeOf(Reason.USER_CANCELED)).isTrue();
      }
      assertThat(third.isDone()).isTrue();
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aCallBeforeAnyConnection_isEndedAtOnce() throws Exception {
    try (Peer caller = Peer.named("caller")) {
      // Nobody listens on port 1; the call waits for one who does.
      ManagedChannel channel = caller.channelTo(1, builder -> {});
      CancelScope scope = Context.background().withCancel();
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowable(
                      () ->
                          scope
                              .context()
                              .call(
                                  () ->
                                      Way.BLOCKING_UNARY.call(
                                          channel, NO_OPTIONS.withWaitForReady()))));
      await().until(() -> channel.getState(false) != io.grpc.ConnectivityState.IDLE);

      scope.cancel(Reason.SUPERSEDED);

      assertThat(CancellationStatus.of(failure.get(10, TimeUnit.SECONDS)))
          .isSameAs(scope.context().cancellation());
    }
  }

  // A callee without us.

  @Test
  void aPlainCallee_isCancelledLikeByAnybody() throws Exception {
    CompletableFuture<io.grpc.Context> begun = new CompletableFuture<>();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    try (Peer callee = plainWaiting(begun, ended).start();
        Peer caller = Peer.named("caller")) {
      CancelScope scope = Context.background().withCancel();
      CompletableFuture<Throwable> failure =
          failureUnder(scope.context(), caller.channelTo(callee));
      begun.get();

      scope.cancel(Reason.USER_CANCELED);

      assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(Status.fromThrowable(ended.get(10, TimeUnit.SECONDS)).getCode())
          .isEqualTo(Status.Code.CANCELLED);
    }
  }

  @Test
  void aPlainCallee_getsTheDeadlineOfTheContext() throws Exception {
    CompletableFuture<io.grpc.Context> begun = new CompletableFuture<>();
    try (Peer callee = plainWaiting(begun, new CompletableFuture<>()).start();
        Peer caller = Peer.named("caller")) {
      CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(50));
      failureUnder(scope.context(), caller.channelTo(callee));

      io.grpc.Deadline deadline = begun.get().getDeadline();
      assertThat(deadline).isNotNull();
      assertThat(deadline.timeRemaining(TimeUnit.SECONDS)).isBetween(20L, 50L);
      scope.cancel();
    }
  }

  /** Without a context of ours in sight, gRPC's own decides, as it always did. */
  @Test
  void aCallUnderGrpcsContextOnly_endsWithIt() throws Exception {
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      io.grpc.Context.CancellableContext context = io.grpc.Context.current().withCancellation();
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      new Thread(
              () ->
                  context.run(
                      () ->
                          failure.complete(
                              catchThrowable(() -> Way.BLOCKING_UNARY.call(channel, NO_OPTIONS)))))
          .start();
      waiting.awaitBegun();

      context.cancel(new IllegalStateException("enough"));

      assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(waiting.awaitEnded().reason().hasCodeOf(Reason.CLIENT_CANCELED)).isTrue();
    }
  }

  private static Peer plainWaiting(
      CompletableFuture<io.grpc.Context> begun, CompletableFuture<Throwable> ended) {
    return Peer.plain()
        .asyncUnary(
            (request, answers) -> {
              io.grpc.Context context = io.grpc.Context.current();
              context.addListener(c -> ended.complete(c.cancellationCause()), Runnable::run);
              begun.complete(context);
            });
  }

  private static CompletableFuture<Throwable> failureUnder(
      Context context, ManagedChannel channel) {
    return CompletableFuture.supplyAsync(
        () ->
            catchThrowable(() -> context.call(() -> Way.BLOCKING_UNARY.call(channel, NO_OPTIONS))));
  }

  private static ManagedChannel retrying(Peer caller, Peer callee, String backoff) {
    return configured(
        caller,
        callee,
        "retryPolicy",
        Map.of(
            "maxAttempts",
            4.0,
            "initialBackoff",
            backoff,
            "maxBackoff",
            backoff,
            "backoffMultiplier",
            1.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE")));
  }

  private static ManagedChannel hedging(Peer caller, Peer callee) {
    return configured(
        caller,
        callee,
        "hedgingPolicy",
        Map.of(
            "maxAttempts",
            3.0,
            "hedgingDelay",
            "0.01s",
            "nonFatalStatusCodes",
            List.of("UNAVAILABLE")));
  }

  private static ManagedChannel configured(
      Peer caller, Peer callee, String policy, Map<String, ?> settings) {
    Map<String, ?> method =
        Map.of("name", List.of(Map.of("service", Strings.SERVICE)), policy, settings);
    return caller.channelTo(
        callee.port(),
        builder ->
            builder.enableRetry().defaultServiceConfig(Map.of("methodConfig", List.of(method))));
  }
}
