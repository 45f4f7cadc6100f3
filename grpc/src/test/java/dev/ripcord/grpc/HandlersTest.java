package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What handlers may do, and what becomes of those that do not listen. */
class HandlersTest {
  private static final CallOptions NO_OPTIONS = CallOptions.DEFAULT;

  private final Waiting waiting = new Waiting();
  private final Peer caller = Peer.named("caller");

  @Test
  void aHandlerThatThrowsItsContextsException_disturbsNobody() throws Exception {
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.named("callee")
                .unary(
                    request -> {
                      waiting.handle(request);
                      Context.current().throwIfDone();
                      return "late";
                    })
                .start();
        caller) {
      ClientCall<String, String> call = start(caller.channelTo(callee));
      waiting.awaitBegun();
      call.cancel("enough", null);
      waiting.awaitEnded();
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertThat(callee.ripcord().counters().failuresAfterEnd()).isEqualTo(1);
      assertThat(logs.seen()).isEmpty();
    }
  }

  @Test
  void theExceptionOfANarrowerContext_becomesTheAnswer() {
    try (Peer callee =
            Peer.named("callee")
                .unary(
                    request -> {
                      try (CancelScope scope = Context.current().withCancel()) {
                        scope.cancel(Reason.of("QUOTA_EXHAUSTED", "tenant acme is out of budget"));
                        throw new CanceledException(
                            Objects.requireNonNull(scope.context().cancellation()));
                      }
                    })
                .start();
        caller) {
      Throwable failure =
          catchThrowable(() -> Way.BLOCKING_UNARY.call(caller.channelTo(callee), NO_OPTIONS));

      assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.CANCELLED);
      Cancellation told = Objects.requireNonNull(CancellationStatus.of(failure));
      assertThat(told.reason())
          .isEqualTo(Reason.of("QUOTA_EXHAUSTED", "tenant acme is out of budget"));
    }
  }

  @Test
  void anOtherException_isTheHandlersOwn() {
    try (Peer callee =
            Peer.named("callee")
                .unary(
                    request -> {
                      throw new IllegalArgumentException("a bug");
                    })
                .start();
        caller) {
      Throwable failure =
          catchThrowable(() -> Way.BLOCKING_UNARY.call(caller.channelTo(callee), NO_OPTIONS));

      assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNKNOWN);
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void anUnknownMethod_leavesNothing() {
    try (Peer callee = Peer.named("callee").unary(request -> "done").start();
        caller) {
      Throwable failure =
          catchThrowable(() -> Way.ASYNC_BIDI.call(caller.channelTo(callee), NO_OPTIONS));

      assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aContextEndedHere_closesTheCall_andToTheHandlerItIsACancel() throws Exception {
    CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    CompletableFuture<io.grpc.Context> grpcContext = new CompletableFuture<>();
    try (Peer callee =
            Peer.named("callee")
                .bidi(
                    answers -> {
                      ServerCallStreamObserver<String> observer =
                          (ServerCallStreamObserver<String>) answers;
                      observer.setOnCancelHandler(() -> cancelled.complete(observer.isCancelled()));
                      grpcContext.complete(io.grpc.Context.current());
                      return waiting.handleStream(answers);
                    })
                .start();
        caller) {
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowable(() -> Way.ASYNC_BIDI.call(caller.channelTo(callee), NO_OPTIONS)));
      waiting.awaitBegun();

      assertThat(callee.ripcord().shutdown(callee.server(), Duration.ZERO)).isTrue();

      assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      Cancellation told = Objects.requireNonNull(CancellationStatus.of(failure.get()));
      assertThat(told.reason().hasCodeOf(Reason.SHUTDOWN)).isTrue();
      assertThat(told.origin()).extracting(Cancellation.Origin::service).isEqualTo("callee");
      assertThat(waiting.awaitEnded().reason().hasCodeOf(Reason.SHUTDOWN)).isTrue();
      assertThat(cancelled.get(10, TimeUnit.SECONDS)).isTrue();
      // Who calls through a channel without us is told too.
      assertThat(grpcContext.get().cancellationCause()).isInstanceOf(CanceledException.class);
      assertThat(callee.ripcord().root().isDone()).isTrue();
    }
  }

  @Test
  void aShutdownWithGrace_waitsForTheHandlers() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (Peer callee =
            Peer.named("callee")
                .unary(
                    request -> {
                      begun.countDown();
                      finish.await();
                      return Context.current().isDone() ? "cut" : "done";
                    })
                .start();
        caller) {
      CompletableFuture<String> answer =
          supply(() -> Way.BLOCKING_UNARY.call(caller.channelTo(callee), NO_OPTIONS));
      begun.await();
      CompletableFuture<Boolean> shutdown =
          supply(() -> callee.ripcord().shutdown(callee.server(), Duration.ofSeconds(30)));
      await().until(() -> callee.server().isShutdown());
      finish.countDown();

      assertThat(answer.get()).isEqualTo("done");
      assertThat(shutdown.get()).isTrue();
      assertThat(callee.server().isTerminated()).isTrue();
    }
  }

  @Test
  void aHandlerThatIgnoresItsContext_isLoggedAsOverdueOnce_withItsStack() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Ripcord ripcord =
        Ripcord.builder().service("callee").overdueAfter(Duration.ofMillis(100)).build();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(ripcord)
                .unary(
                    request -> {
                      begun.countDown();
                      return stubborn(finish);
                    })
                .serverStream((request, answers) -> quick(answers))
                .start();
        caller) {
      ManagedChannel channel = caller.channelTo(callee);
      ClientCall<String, String> call = start(channel);
      begun.await();
      call.cancel("enough", null);

      await().until(() -> !logs.seen().isEmpty());
      assertThat(logs.seen().get(0))
          .contains("overdue", "test.Strings/Unary", "HandlersTest.stubborn", "CLIENT_CANCELED");
      assertThat(ripcord.counters().overdueHandlers()).isEqualTo(1);
      assertThat(ripcord.liveCalls()).isEqualTo(1);
      // It hurts nobody else.
      assertThat(Way.BLOCKING_SERVER_STREAM.call(channel, NO_OPTIONS)).isEqualTo("quick");

      finish.countDown();
      await().until(() -> ripcord.liveCalls() == 0);
      assertThat(logs.seen()).hasSize(1);
    }
  }

  private static String stubborn(CountDownLatch finish) throws InterruptedException {
    finish.await();
    return "late";
  }

  private static void quick(StreamObserver<String> answers) {
    answers.onNext("quick");
    answers.onCompleted();
  }

  @Test
  void aCallThatWaitedForAThreadUntilItsEnd_isNeverBegun() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    java.util.concurrent.atomic.AtomicInteger handled =
        new java.util.concurrent.atomic.AtomicInteger();
    var oneThread = java.util.concurrent.Executors.newSingleThreadExecutor();
    try (Peer callee =
            Peer.named("callee")
                .settings(builder -> builder.executor(oneThread))
                .unary(
                    request -> {
                      handled.incrementAndGet();
                      begun.countDown();
                      finish.await();
                      return "done";
                    })
                .start();
        caller) {
      ManagedChannel channel = caller.channelTo(callee);
      CompletableFuture<String> first = supply(() -> Way.BLOCKING_UNARY.call(channel, NO_OPTIONS));
      begun.await();
      ClientCall<String, String> second = start(channel);
      await().until(() -> callee.ripcord().liveCalls() == 2);
      second.cancel("enough", null);
      await().until(() -> callee.ripcord().liveCalls() == 1);
      finish.countDown();

      assertThat(first.get()).isEqualTo("done");
      await().until(() -> callee.ripcord().counters().callsSkipped() == 1);
      assertThat(handled).hasValue(1);
    } finally {
      oneThread.shutdown();
    }
  }

  @Test
  void anAsynchronousHandler_mayCloseItsCallFromAnyThread_whileItsContextEnds() throws Exception {
    // Both sides close at once, over and over; the caller gets one answer or the other.
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.named("callee")
                .asyncUnary(
                    (request, answers) -> {
                      Context context = Context.current();
                      CompletableFuture.runAsync(
                          () -> {
                            io.grpc.Context.current();
                            if (!context.isDone()) {
                              answers.onNext("done");
                              answers.onCompleted();
                            }
                          },
                          CompletableFuture.delayedExecutor(3, TimeUnit.MILLISECONDS));
                    })
                .start();
        Peer edge = Peer.plain()) {
      ManagedChannel channel = edge.channelTo(callee);
      for (int i = 0; i < 200; i++) {
        Throwable failure =
            catchThrowable(
                () ->
                    Way.BLOCKING_UNARY.call(
                        channel, NO_OPTIONS.withDeadlineAfter(4, TimeUnit.MILLISECONDS)));
        if (failure != null) {
          assertThat(Status.fromThrowable(failure).getCode())
              .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertThat(logs.seen()).isEmpty();
    }
  }

  /** gRPC would keep it in a buffer until the call is closed, which a broken one is not. */
  @Test
  void anAnswerThatIsNotComplete_isNotGivenToGrpc() throws Exception {
    AtomicInteger given = new AtomicInteger();
    CompletableFuture<StreamObserver<String>> answering = new CompletableFuture<>();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.named("callee")
                .settings(server -> server.intercept(counting(given)))
                .asyncUnary(
                    (request, answers) -> {
                      ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(() -> {});
                      answers.onNext("done");
                      answering.complete(answers);
                    })
                .start();
        Peer edge = Peer.plain()) {
      ClientCall<String, String> call = start(edge.channelTo(callee));
      StreamObserver<String> answers = answering.get(10, TimeUnit.SECONDS);
      call.cancel("enough", null);
      await().until(() -> callee.ripcord().liveCalls() == 0);

      answers.onCompleted();

      assertThat(given).hasValue(0);
      assertThat(logs.seen()).isEmpty();
    }
  }

  /** Between gRPC and what Ripcord has installed. */
  private static ServerInterceptor counting(AtomicInteger messages) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return next.startCall(
            new SimpleForwardingServerCall<>(call) {
              @Override
              public void sendMessage(R message) {
                messages.incrementAndGet();
                super.sendMessage(message);
              }
            },
            headers);
      }
    };
  }

  @Test
  void handlersThatSendWhileTheirContextEnds_disturbNobody() throws Exception {
    int calls = 8;
    CountDownLatch sending = new CountDownLatch(calls);
    CountDownLatch finished = new CountDownLatch(calls);
    Queue<Throwable> objections = new ConcurrentLinkedQueue<>();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.named("callee")
                .serverStream(
                    (request, answers) -> {
                      Context context = Context.current();
                      ServerCallStreamObserver<String> observer =
                          (ServerCallStreamObserver<String>) answers;
                      // With a handler for it gRPC lets the sender go on.
                      observer.setOnCancelHandler(() -> {});
                      new Thread(
                              () -> {
                                sending.countDown();
                                while (!context.isDone()) {
                                  try {
                                    if (observer.isReady()) {
                                      observer.onNext("more");
                                    } else {
                                      LockSupport.parkNanos(100_000);
                                    }
                                  } catch (RuntimeException e) {
                                    objections.add(e);
                                    break;
                                  }
                                }
                                try {
                                  observer.onNext("too late");
                                  observer.onCompleted();
                                } catch (RuntimeException e) {
                                  objections.add(e);
                                }
                                finished.countDown();
                              })
                          .start();
                    })
                .start();
        caller) {
      ManagedChannel channel = caller.channelTo(callee);
      CompletableFuture<?>[] failures = new CompletableFuture<?>[calls];
      for (int i = 0; i < calls; i++) {
        failures[i] = supply(() -> catchThrowable(() -> drain(channel)));
      }
      sending.await();

      callee.ripcord().shutdown(callee.server(), Duration.ZERO);

      assertThat(finished.await(10, TimeUnit.SECONDS)).as("%s", objections).isTrue();
      for (CompletableFuture<?> failure : failures) {
        assertThat(Status.fromThrowable((Throwable) failure.get()).getCode())
            .isEqualTo(Status.Code.UNAVAILABLE);
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertThat(logs.seen()).isEmpty();
      assertThat(objections).isEmpty();
    }
  }

  private static void drain(ManagedChannel channel) {
    io.grpc.stub.ClientCalls.blockingServerStreamingCall(
            channel, Strings.SERVER_STREAM, NO_OPTIONS, "go")
        .forEachRemaining(answer -> {});
  }

  private interface Supplier<T> {
    T get() throws Exception;
  }

  private static <T> CompletableFuture<T> supply(Supplier<T> supplier) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return supplier.get();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        task -> new Thread(task).start());
  }

  private static ClientCall<String, String> start(ManagedChannel channel) {
    ClientCall<String, String> call = channel.newCall(Strings.UNARY, NO_OPTIONS);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(2);
    call.sendMessage("go");
    call.halfClose();
    return call;
  }
}
