package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Handlers that wait for their context to end, and tell how it did. */
final class Waiting {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final BlockingQueue<Context> begun = new LinkedBlockingQueue<>();
  private final BlockingQueue<Cancellation> ended = new LinkedBlockingQueue<>();

  /** The context of the next handler to begin. */
  Context awaitBegun() throws InterruptedException {
    Context context = begun.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (context == null) {
      throw new AssertionError("no handler has begun");
    }
    return context;
  }

  /** How the context of the next handler to return ended. */
  Cancellation awaitEnded() throws InterruptedException {
    Cancellation cancellation = ended.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (cancellation == null) {
      throw new AssertionError("no handler has ended");
    }
    return cancellation;
  }

  boolean hasBegun() {
    return !begun.isEmpty();
  }

  String handle(String request) throws InterruptedException {
    Context context = Context.current();
    begun.add(context);
    context.awaitDone(PATIENCE);
    Cancellation cancellation = context.cancellation();
    if (cancellation != null) {
      ended.add(cancellation);
    }
    return "late";
  }

  StreamObserver<String> handleStream(StreamObserver<String> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(String request) {
        answer(request, answers);
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {}
    };
  }

  private void answer(String request, StreamObserver<String> answers) {
    try {
      String answer = handle(request);
      answers.onNext(answer);
      answers.onCompleted();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code peer} with all four methods waiting. */
  Peer in(Peer peer) {
    return peer.unary(this::handle)
        .serverStream(this::answer)
        .clientStream(this::handleStream)
        .bidi(this::handleStream);
  }
}
