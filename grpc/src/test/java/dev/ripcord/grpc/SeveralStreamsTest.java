package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Reason;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** One call may be several streams on several connections: retries and hedges. */
class SeveralStreamsTest {
  private static final Reason WHY = Reason.USER_CANCELED.withMessage("pressed cancel");

  private static final int ROUNDS = 200;

  /** One stream of a hedged call, where it arrived. */
  private record Hedge(Context context, StreamObserver<String> answers) {}

  private final BlockingQueue<Hedge> hedges = new LinkedBlockingQueue<>();
  private final AtomicInteger failed = new AtomicInteger();

  /** Hedged calls wait; retried ones fail, again and again. */
  private Peer callee(String instance) {
    Peer peer = Peer.with(Ripcord.builder().service("callee").instance(instance).build());
    return peer.asyncUnary(
            (request, answers) -> {
              if (request.equals(Station.ECHO)) {
                answers.onNext(request);
                answers.onCompleted();
              } else {
                hedges.add(new Hedge(Context.current(), answers));
              }
            })
        .serverStream(
            (request, answers) -> {
              failed.incrementAndGet();
              answers.onError(Status.UNAVAILABLE.asRuntimeException());
            })
        .bidi(SeveralStreamsTest::stay)
        .start();
  }

  private static StreamObserver<String> stay(StreamObserver<String> answers) {
    ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(() -> {});
    return new StreamObserver<>() {
      @Override
      public void onNext(String request) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  private static ManagedChannel channel(Peer edge, Spread spread) {
    Map<String, ?> hedging =
        method(
            Strings.UNARY,
            "hedgingPolicy",
            Map.of("maxAttempts", 2.0, "hedgingDelay", "0s", "nonFatalStatusCodes", List.of()));
    Map<String, ?> retry =
        method(
            Strings.SERVER_STREAM,
            "retryPolicy",
            Map.of(
                "maxAttempts",
                5.0,
                "initialBackoff",
                "100s",
                "maxBackoff",
                "100s",
                "backoffMultiplier",
                1.0,
                "retryableStatusCodes",
                List.of("UNAVAILABLE")));
    return spread.channelOf(
        edge,
        builder ->
            builder
                .enableRetry()
                .defaultServiceConfig(
                    Map.of(
                        "loadBalancingConfig",
                        List.of(Map.of("round_robin", Map.of())),
                        "methodConfig",
                        List.of(hedging, retry))));
  }

  private static Map<String, ?> method(
      MethodDescriptor<?, ?> method, String policy, Map<String, ?> settings) {
    return Map.of(
        "name",
        List.of(
            Map.of(
                "service",
                Strings.SERVICE,
                "method",
                Objects.requireNonNull(method.getBareMethodName()))),
        policy,
        settings);
  }

  /**
   * Connections to both, with a call on each that stays open, and so with a control stream on each.
   * Returns how many calls these are.
   */
  private static int connect(ManagedChannel channel, Peer one, Peer two) {
    AtomicInteger stay = new AtomicInteger();
    Awaitility.await()
        .until(
            () -> {
              Caller unused = Caller.start(channel, Strings.BIDI, Context.background(), "stay");
              stay.incrementAndGet();
              return one.ripcord().liveCalls() > 0 && two.ripcord().liveCalls() > 0;
            });
    for (Peer peer : List.of(one, two)) {
      await().until(() -> peer.ripcord().counters().controlStreamsAccepted() > 0);
    }
    awaitLive(stay.get(), one, two);
    return stay.get();
  }

  private static void awaitLive(int calls, Peer one, Peer two) {
    await().until(() -> one.ripcord().liveCalls() + two.ripcord().liveCalls() == calls);
  }

  private static ConditionFactory await() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
  }

  private Hedge nextHedge() throws InterruptedException {
    Hedge hedge = hedges.poll(Station.LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(hedge).as("a hedge that arrived").isNotNull();
    return hedge;
  }

  private static Cancellation end(Hedge hedge) {
    await().until(() -> hedge.context.isDone());
    return Objects.requireNonNull(hedge.context.cancellation());
  }

  //  edge ══► one, two: a call that is hedged on both, and one that failed and is to be tried again
  @Test
  void aCancel_reachesBothHedges_andEndsWhatWaitsForItsNextTry() throws Exception {
    try (Peer one = callee("one");
        Peer two = callee("two");
        Peer edge = Peer.named("edge");
        Spread spread = Spread.over(one, two)) {
      ManagedChannel channel = channel(edge, spread);
      int others = connect(channel, one, two);
      List<String> told = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        int before = failed.get();
        CancelScope scope = Context.background().withCancel();
        Caller backingOff =
            Caller.start(channel, Strings.SERVER_STREAM, scope.context(), "fail, try again");
        Caller hedged = Caller.unary(channel, scope.context());
        List<Hedge> both = List.of(nextHedge(), nextHedge());
        await().until(() -> failed.get() == before + 1);
        awaitLive(others + 2, one, two);

        scope.cancel(WHY);

        assertThat(backingOff.status().getCode()).isEqualTo(Status.Code.CANCELLED);
        assertThat(hedged.status().getCode()).isEqualTo(Status.Code.CANCELLED);
        for (Hedge hedge : both) {
          // Who is told first may answer before the other is told; gRPC resets that one then.
          assertThat(end(hedge).reason()).isIn(WHY, Reason.CLIENT_CANCELED);
          if (end(hedge).reason().equals(WHY)) {
            told.add(end(hedge).path().toString());
          }
        }
        awaitLive(others, one, two);
      }
      assertThat(failed).hasValue(ROUNDS);
      assertThat(told)
          .contains("[edge/1, callee/one]", "[edge/1, callee/two]")
          .hasSizeGreaterThanOrEqualTo(ROUNDS);
      assertThat(edge.ripcord().counters().reasonsUndelivered()).isZero();
    }
  }

  @Test
  void theHedgeThatLost_isToldNothingFalse() throws Exception {
    try (Peer one = callee("one");
        Peer two = callee("two");
        Peer edge = Peer.named("edge");
        Spread spread = Spread.over(one, two);
        CancelScope scope = Context.background().withTimeout(Duration.ofMinutes(1))) {
      ManagedChannel channel = channel(edge, spread);
      int others = connect(channel, one, two);
      Caller hedged = Caller.unary(channel, scope.context());
      Hedge winner = nextHedge();
      Hedge loser = nextHedge();
      winner.answers.onNext("first");
      winner.answers.onCompleted();

      assertThat(hedged.status().isOk()).isTrue();
      assertThat(end(loser).reason()).isEqualTo(Reason.CLIENT_CANCELED);
      // What ends the caller's context afterwards comes too late for either.
      scope.cancel(WHY);
      awaitLive(others, one, two);
      assertThat(end(loser).reason()).isEqualTo(Reason.CLIENT_CANCELED);
    }
  }

  /** Nor that it was out of time, when there was little left. */
  @Test
  void theHedgeThatLostShortlyBeforeItsDeadline_wasNotOutOfTime() throws Exception {
    try (Peer one = callee("one");
        Peer two = callee("two");
        Peer edge = Peer.named("edge");
        Spread spread = Spread.over(one, two)) {
      ManagedChannel channel = channel(edge, spread);
      int unused = connect(channel, one, two);
      await().until(() -> loserInTheLastFifth(channel));
    }
  }

  /** False if this machine was too slow to see it. */
  private boolean loserInTheLastFifth(ManagedChannel channel) throws Exception {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(1300))) {
      Caller hedged = Caller.unary(channel, scope.context());
      Hedge winner = nextHedge();
      Hedge loser = nextHedge();
      Deadline deadline = Objects.requireNonNull(loser.context.deadline());
      await().until(() -> deadline.remaining().compareTo(Duration.ofMillis(200)) < 0);
      winner.answers.onNext("first");
      winner.answers.onCompleted();
      Reason reason = end(loser).reason();
      if (!hedged.status().isOk() || deadline.isExpired()) {
        return false;
      }
      assertThat(reason).isEqualTo(Reason.CLIENT_CANCELED);
      return true;
    }
  }
}
