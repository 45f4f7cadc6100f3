package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A context may end at any moment of its call's life: while it begins, before it is out, after. */
class CancelAtAwkwardMomentsTest {
  private static final Reason WHY = Reason.USER_CANCELED.withMessage("pressed cancel");
  private static final int STARTS = 4_000;

  static List<MethodDescriptor<String, String>> kinds() {
    return List.of(Strings.UNARY, Strings.SERVER_STREAM, Strings.CLIENT_STREAM, Strings.BIDI);
  }

  private static void assertEnded(Caller call, CancelScope scope) throws Exception {
    assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(call.status().getCause()).isInstanceOf(ContextException.class);
    assertThat(((ContextException) call.status().getCause()).cancellation())
        .isSameAs(scope.context().cancellation());
  }

  private static void echo(ManagedChannel channel) {
    assertThat(
            ClientCalls.blockingUnaryCall(
                channel, Strings.UNARY, CallOptions.DEFAULT, Station.ECHO))
        .isEqualTo(Station.ECHO);
  }

  // At work.

  @ParameterizedTest
  @MethodSource("kinds")
  void whileItIsAtWork(MethodDescriptor<String, String> kind) throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller call = Caller.start(edge.channelTo(callee.peer()), kind, scope.context(), "wait");
      callee.awaitCallAndControl();

      scope.cancel(WHY);

      assertThat(callee.end().reason()).isEqualTo(WHY);
      assertThat(callee.end().path().toString()).isEqualTo("[edge/1, callee/1]");
      assertEnded(call, scope);
      await().until(() -> callee.peer().ripcord().liveCalls() == 0);
      await().until(() -> edge.ripcord().calleesStopTimes().count() == 1);
    }
  }

  // While it begins.

  /**
   * Two threads meet, then one starts the call and the other ends its context. What the callee
   * hears, if anything, is the reason or a plain cancel.
   */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void whileItsStartRuns() throws Exception {
    long seed = Long.getLong("ripcord.seed", System.nanoTime());
    System.out.println("CancelAtAwkwardMomentsTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Exchanger<CancelScope> meeting = new Exchanger<>();
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      echo(channel);
      Thread canceler = new Thread(() -> cancelWhatComes(meeting, random.split()));
      canceler.setDaemon(true);
      canceler.start();
      List<Caller> calls = new ArrayList<>();
      List<CancelScope> scopes = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        CancelScope scope = Context.background().withCancel();
        MethodDescriptor<String, String> kind = kinds().get(i % kinds().size());
        meeting.exchange(scope);
        scopes.add(scope);
        calls.add(Caller.start(channel, kind, scope.context(), "wait"));
      }
      for (int i = 0; i < STARTS; i++) {
        assertEnded(calls.get(i), scopes.get(i));
      }
      await().until(() -> callee.peer().ripcord().liveCalls() == 0);
      for (Cancellation end : callee.ends(callee.begun())) {
        assertThat(end.reason()).isIn(WHY, Reason.CLIENT_CANCELED);
      }
      // Nothing of them is in the way of the next.
      echo(channel);
      channel.shutdown();
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void cancelWhatComes(Exchanger<CancelScope> meeting, SplittableRandom random) {
    try {
      for (int i = 0; i < STARTS; i++) {
        CancelScope scope = meeting.exchange(null);
        // A start takes some tens of microseconds.
        long until = System.nanoTime() + random.nextLong(100_000);
        while (System.nanoTime() - until < 0) {
          Thread.onSpinWait();
        }
        scope.cancel(WHY);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Before its headers are out.

  @ParameterizedTest
  @MethodSource("kinds")
  void whileTheNameIsBeingLookedUp(MethodDescriptor<String, String> kind) throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        Spread spread = Spread.unresolved(callee.peer());
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = spread.channelOf(edge, builder -> {});
      Caller call = Caller.start(channel, kind, scope.context(), "wait");
      await().until(spread::isAsked);

      scope.cancel(WHY);

      assertEnded(call, scope);
      spread.resolve();
      assertNothingComesOf(callee, channel);
      assertThat(edge.ripcord().counters().reasonsUndelivered()).isZero();
    }
  }

  private static void assertNothingComesOf(Station callee, ManagedChannel channel) {
    echo(channel);
    await().until(() -> callee.peer().ripcord().liveCalls() == 0);
    assertThat(callee.begun()).isZero();
  }

  @Test
  void whileItWaitsForAServer_thatComesLater() throws Exception {
    InetSocketAddress nobodyThere;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobodyThere = new InetSocketAddress("127.0.0.1", socket.getLocalPort());
    }
    try (Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel();
        CancelScope other = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(nobodyThere.getPort(), builder -> {});
      CallOptions patient = CallOptions.DEFAULT.withWaitForReady();
      Caller call = Caller.start(channel, Strings.UNARY, scope.context(), "wait", patient);
      Caller waits = Caller.start(channel, Strings.UNARY, other.context(), "wait", patient);
      await().until(() -> channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE);

      scope.cancel(WHY);

      assertEnded(call, scope);
      assertThat(waits.isClosed()).isFalse();
      try (Station callee = Station.at(nobodyThere, "callee")) {
        channel.resetConnectBackoff();
        // Of the two calls only the one that was not ended arrives.
        callee.awaitCallAndControl();
        other.cancel(Reason.SUPERSEDED);
        assertThat(callee.end().reason()).isEqualTo(Reason.SUPERSEDED);
        assertThat(callee.begun()).isEqualTo(1);
        assertEnded(waits, other);
      }
    }
  }

  /** gRPC has made its stream and now finds that it is not wanted: it never begins it. */
  @ParameterizedTest
  @MethodSource("kinds")
  void whileItsConnectionComesToBe(MethodDescriptor<String, String> kind) throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        Spread spread = Spread.unresolved(callee.peer());
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = spread.channelOf(edge, builder -> {});
      AtomicReference<Caller> call = new AtomicReference<>();
      CallOptions canceling =
          CallOptions.DEFAULT.withStreamTracerFactory(
              new ClientStreamTracer.Factory() {
                @Override
                public ClientStreamTracer newClientStreamTracer(
                    ClientStreamTracer.StreamInfo info, Metadata headers) {
                  return new ClientStreamTracer() {
                    @Override
                    public void streamCreated(Attributes transport, Metadata sent) {
                      call.get().call().cancel("not wanted", null);
                    }
                  };
                }
              });
      call.set(Caller.start(channel, kind, scope.context(), "wait", canceling));
      await().until(spread::isAsked);

      spread.resolve();

      assertThat(call.get().status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertNothingComesOf(callee, channel);
      callee.awaitControl();
      channel.shutdown();
      assertThat(channel.awaitTermination(5, TimeUnit.SECONDS))
          .as("whether its control stream ends when there are no calls")
          .isTrue();
    }
  }

  // After its end.

  @ParameterizedTest
  @MethodSource("kinds")
  void afterItsAnswer(MethodDescriptor<String, String> kind) throws Exception {
    try (Peer callee =
            Peer.named("callee")
                .asyncUnary(CancelAtAwkwardMomentsTest::answer)
                .serverStream(CancelAtAwkwardMomentsTest::answer)
                .clientStream(CancelAtAwkwardMomentsTest::answering)
                .bidi(CancelAtAwkwardMomentsTest::answering)
                .start();
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel();
        CancelScope busy = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee);
      Caller open = Caller.start(channel, Strings.BIDI, busy.context(), "keep open");
      await().until(() -> callee.ripcord().counters().controlStreamsAccepted() == 1);
      Caller call = Caller.start(channel, kind, scope.context(), "answer");
      assertThat(call.status().isOk()).isTrue();
      await().until(() -> callee.ripcord().liveCalls() == 1);

      scope.cancel(WHY);

      // Had it been told after all, then before this.
      busy.cancel(WHY);
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertEnded(open, busy);
      assertThat(call.status().isOk()).isTrue();
      assertThat(callee.ripcord().counters().reasonsEarly()).isZero();
      assertThat(edge.ripcord().counters().reasonsUndelivered()).isZero();
    }
  }

  private static void answer(String request, io.grpc.stub.StreamObserver<String> answers) {
    answers.onNext("done");
    answers.onCompleted();
  }

  private static io.grpc.stub.StreamObserver<String> answering(
      io.grpc.stub.StreamObserver<String> answers) {
    ((io.grpc.stub.ServerCallStreamObserver<String>) answers).setOnCancelHandler(() -> {});
    return new io.grpc.stub.StreamObserver<>() {
      @Override
      public void onNext(String request) {
        if (request.equals("answer")) {
          answer(request, answers);
        }
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }
}
