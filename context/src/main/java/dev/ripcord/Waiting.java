package dev.ripcord;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** How a thread or a future waits for a context's end. */
final class Waiting {
  private Waiting() {}

  static CompletableFuture<Cancellation> futureOf(Context context) {
    Cancellation already = context.cancellation();
    if (already != null) {
      return CompletableFuture.completedFuture(already);
    }
    CompletableFuture<Cancellation> future = new CompletableFuture<>();
    Registration registration = context.onDone(future::complete);
    // Completed or cancelled by its holder, it leaves nothing behind.
    var unused = future.whenComplete((cancellation, failure) -> registration.stop());
    return future;
  }

  static boolean await(Context context, Duration atMost) throws InterruptedException {
    Objects.requireNonNull(atMost, "atMost is null");
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (context.isDone()) {
      return true;
    }
    CountDownLatch ended = new CountDownLatch(1);
    try (CancelScope limit = context.withTimeout(atMost)) {
      limit.context().onDone(Runnable::run, end -> ended.countDown());
      ended.await();
    }
    return context.isDone();
  }
}
