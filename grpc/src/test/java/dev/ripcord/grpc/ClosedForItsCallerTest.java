package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A caller that has told its callee why a call ends does not wait for the call to be closed. But
 * its stream must not stay open, whatever the handler does; and a handler hears of it from its
 * observer.
 */
class ClosedForItsCallerTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final CountDownLatch heardByObserver = new CountDownLatch(1);
  private final AtomicInteger trailers = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** What a handler does with its end. */
  enum Handler {
    /** It has no callback running. */
    LISTENS,
    /** It answers as soon as it knows. */
    ANSWERS,
    /** It throws. */
    THROWS,
    /** It returns as soon as it knows, and leaves the rest to others. */
    RETURNS,
    /** It goes on, and answers in the end. */
    IGNORES;

    boolean hearsByObserver() {
      return this == LISTENS || this == RETURNS;
    }
  }

  private ServerCalls.ServerStreamingMethod<String, String> method(Handler handler) {
    return (request, answers) -> {
      ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(heardByObserver::countDown);
      CountDownLatch ended = new CountDownLatch(1);
      Context.current().onDone(Runnable::run, why -> ended.countDown());
      begun.countDown();
      switch (handler) {
        case LISTENS -> {}
        case ANSWERS -> {
          passed(ended);
          answer(answers);
        }
        case THROWS -> {
          passed(ended);
          throw new IllegalStateException("what now?");
        }
        case RETURNS -> passed(ended);
        case IGNORES -> {
          passed(goOn);
          answer(answers);
        }
      }
    };
  }

  private static void passed(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void answer(StreamObserver<String> answers) {
    answers.onNext("as if nothing had happened");
    answers.onCompleted();
  }

  private final class CountsTrailers extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void inboundTrailers(Metadata sent) {
          trailers.incrementAndGet();
        }

        @Override
        public void streamClosed(Status status) {
          closed.incrementAndGet();
        }
      };
    }
  }

  /** Not reset by its caller, which comes later, and only so often. */
  @ParameterizedTest
  @EnumSource
  void itsStreamIsClosedByTheCallee(Handler handler) throws Exception {
    try (Peer callee = Peer.named("callee").serverStream(method(handler)).start();
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee);
      Caller call =
          Caller.start(
              channel,
              Strings.SERVER_STREAM,
              scope.context(),
              "",
              CallOptions.DEFAULT.withStreamTracerFactory(new CountsTrailers()));
      passed(begun);
      awaitControl(callee);

      scope.cancel(Reason.USER_CANCELED);

      assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      await().until(() -> closed.get() == 1);
      assertThat(trailers).hasValue(1);
      if (handler.hearsByObserver()) {
        passed(heardByObserver);
      }
      goOn.countDown();
      await().until(() -> callee.ripcord().liveCalls() == 0);
      channel.shutdown();
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void awaitControl(Peer callee) {
    await().until(() -> callee.ripcord().counters().controlStreamsAccepted() == 1);
  }

  /** What the handler answers late is closed with many others, unless there is nothing to close. */
  @Test
  void whatIsToBeClosed_mayGoWithItsConnection() throws Exception {
    try (Logs logs = Logs.watch();
        Peer callee = Peer.named("callee").serverStream(method(Handler.ANSWERS)).start();
        CancelScope scope = Context.background().withCancel()) {
      try (Peer edge = Peer.named("edge")) {
        Caller call =
            Caller.start(edge.channelTo(callee), Strings.SERVER_STREAM, scope.context(), "");
        passed(begun);
        awaitControl(callee);
        scope.cancel(Reason.USER_CANCELED);
        assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertThat(logs.seen()).isEmpty();
    }
  }

  /** Throws when the first call is closed. */
  private static final class ThrowsOnce implements ServerInterceptor {
    private final AtomicBoolean thrown = new AtomicBoolean();

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void close(Status status, Metadata sent) {
              if (thrown.compareAndSet(false, true)) {
                throw new IllegalStateException("a bug of somebody's interceptor");
              }
              super.close(status, sent);
            }
          },
          headers);
    }
  }

  @Test
  void whatAnInterceptorThrows_concernsNoOtherCall() throws Exception {
    ThrowsOnce throwing = new ThrowsOnce();
    try (Station callee = Station.named("callee", builder -> builder.intercept(throwing));
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      for (int round = 1; round <= 3; round++) {
        try (CancelScope scope = Context.background().withCancel()) {
          Caller one = Caller.unary(channel, scope.context());
          Caller other = Caller.unary(channel, scope.context());
          int begunSoFar = 2 * round;
          await().until(() -> callee.begun() == begunSoFar);
          callee.awaitControl();
          scope.cancel(Reason.USER_CANCELED);
          assertThat(callee.ends(2))
              .allSatisfy(why -> assertThat(why.reason()).isEqualTo(Reason.USER_CANCELED));
          assertThat(one.status().getCode()).isEqualTo(Status.Code.CANCELLED);
          assertThat(other.status().getCode()).isEqualTo(Status.Code.CANCELLED);
          // The one that was not closed is reset by its caller.
          await().until(() -> callee.peer().ripcord().liveCalls() == 0);
        }
      }
      assertThat(throwing.thrown).isTrue();
    }
  }
}
