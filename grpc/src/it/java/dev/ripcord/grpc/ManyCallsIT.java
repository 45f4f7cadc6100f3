package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.testing.FakeTime;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** 100,000 calls, a third of them cancelled at random moments: nothing is left of any. */
class ManyCallsIT {
  private static final int CALLS = 100_000;
  private static final int IN_FLIGHT = 200;

  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong canceled = new AtomicLong();
  private final AtomicLong otherwise = new AtomicLong();
  private final Semaphore room = new Semaphore(IN_FLIGHT);

  @Test
  void nothingIsLeftOfManyCalls() throws Exception {
    long seed = Long.getLong("ripcord.seed", System.nanoTime());
    System.out.println("ManyCallsIT seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
    FakeTime time = new FakeTime();
    try (Logs logs = Logs.watch();
        Peer callee = Peer.named("callee").unary(this::answer).serverStream(this::stream).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      // One parent for all, whose timer runs as long as anybody listens below it.
      CancelScope parent = time.background().withTimeout(Duration.ofHours(1));
      for (int i = 0; i < CALLS; i++) {
        room.acquire();
        begin(channel, parent.context(), random.split(), later);
      }
      await().atMost(Duration.ofSeconds(60)).until(() -> room.availablePermits() == IN_FLIGHT);
      await().atMost(Duration.ofSeconds(60)).until(() -> callee.ripcord().liveCalls() == 0);

      assertThat(answered.get() + canceled.get()).isEqualTo(CALLS);
      assertThat(canceled.get()).isBetween(CALLS / 10L, CALLS / 2L);
      assertThat(otherwise.get()).isZero();
      await().until(() -> time.timers() == 0);
      assertThat(logs.seen()).isEmpty();
      System.out.println(
          "ManyCallsIT answered "
              + answered
              + ", canceled "
              + canceled
              + ", "
              + callee.ripcord().counters());
    } finally {
      later.shutdownNow();
    }
  }

  private void begin(
      ManagedChannel channel,
      Context parent,
      SplittableRandom random,
      ScheduledExecutorService later) {
    CancelScope scope = parent.withCancel();
    CallOptions options = CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, scope.context());
    boolean cancels = random.nextInt(3) == 0;
    long moment = random.nextLong(3_000_000);
    if (cancels) {
      later.schedule(() -> scope.cancel(Reason.SUPERSEDED), moment, TimeUnit.NANOSECONDS);
    }
    // Some handlers are quick, some wait for their context.
    String request = Integer.toString(cancels ? random.nextInt(10) : random.nextInt(2));
    StreamObserver<String> observer = new Once(scope);
    if (random.nextBoolean()) {
      ClientCalls.asyncUnaryCall(channel.newCall(Strings.UNARY, options), request, observer);
    } else {
      ClientCalls.asyncServerStreamingCall(
          channel.newCall(Strings.SERVER_STREAM, options), request, observer);
    }
  }

  private String answer(String request) throws InterruptedException {
    Context context = Context.current();
    context.awaitDone(Duration.ofMillis(Integer.parseInt(request)));
    context.throwIfDone();
    return request;
  }

  private void stream(String request, StreamObserver<String> answers) {
    try {
      answers.onNext("first");
      answers.onNext(answer(request));
      answers.onCompleted();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Once implements StreamObserver<String> {
    private final CancelScope scope;

    Once(CancelScope scope) {
      this.scope = scope;
    }

    @Override
    public void onNext(String value) {}

    @Override
    public void onError(Throwable failure) {
      count(
          Status.fromThrowable(failure).getCode() == Status.Code.CANCELLED ? canceled : otherwise,
          failure);
    }

    @Override
    public void onCompleted() {
      count(answered, null);
    }

    private void count(AtomicLong counter, Throwable failure) {
      if (counter.incrementAndGet() < 4 && counter == otherwise) {
        failure.printStackTrace();
      }
      scope.close();
      room.release();
    }
  }
}
