package dev.ripcord.bind;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/**
 * A future ends with its context, and a context with its future.
 *
 * <pre>{@code
 * Report report = Futures.get(Context.current(), pool.submit(() -> build()));
 * CompletableFuture<Price> price = Futures.within(Context.current(), client.priceOf(item));
 * }</pre>
 *
 * <p>Cancelling stops what runs only where the future passes it on: a {@link
 * java.util.concurrent.FutureTask} interrupts its thread, the JDK's HTTP client closes the
 * exchange; what {@code CompletableFuture.supplyAsync} runs goes on for nothing, unless it looks at
 * its context.
 *
 * <p>Once the future or the context has ended, neither keeps anything of the other. Any thread.
 */
public final class Futures {
  private Futures() {}

  /**
   * Waits for {@code future}; cancels it, with an interrupt, if {@code context} ends first.
   *
   * @throws ContextException if {@code context} was done before, or ended first
   * @throws CancellationException if somebody else cancelled the future
   * @throws ExecutionException with the future's failure
   * @throws InterruptedException if somebody interrupts this thread; the future goes on
   */
  public static <T> T get(Context context, Future<T> future)
      throws InterruptedException, ExecutionException {
    Objects.requireNonNull(context, "context is null");
    Registration cancelling = cancelWith(context, future);
    try {
      return Interruptible.call(context, (Work<T, Exception>) future::get);
    } catch (CancellationException | ExecutionException e) {
      if (e instanceof ContextException || !context.isDone() || !isCancel(e)) {
        throw e;
      }
      throw Ending.exceptionOf(context, e);
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("Future.get() throws no such thing", e);
    } finally {
      if (!context.isDone()) { // else it may not have begun, and must
        cancelling.stop();
      }
    }
  }

  /**
   * A future that completes as {@code source} does, but if {@code context} ends first, with the
   * {@link ContextException}, and then {@code source} is cancelled. Cancelling the answer cancels
   * {@code source} as well; completing it otherwise leaves {@code source} alone.
   *
   * <p>From JDK 23 on {@code get} and {@code join} wrap any {@link CancellationException}: look at
   * its cause, or use {@link #get(Context, Future)} or {@code handle}.
   */
  public static <T> CompletableFuture<T> within(Context context, CompletableFuture<T> source) {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(source, "source is null");
    CompletableFuture<T> result = new CompletableFuture<>();
    link(context, source, result);
    return result;
  }

  static <T> void link(Context context, CompletableFuture<T> source, CompletableFuture<T> result) {
    // Each on a thread of its own: what hangs on one of the futures may never return.
    Registration telling =
        context.onDone(StopThreads::run, why -> result.completeExceptionally(why.toException()));
    Registration cancelling = context.onDone(StopThreads::run, why -> source.cancel(true));
    BiConsumer<T, Throwable> copying =
        (value, failure) -> {
          cancelling.stop();
          copy(context, value, failure, result);
        };
    BiConsumer<T, Throwable> forgetting =
        (value, failure) -> {
          telling.stop();
          if (result.isCancelled()) {
            source.cancel(true);
          }
          cancelling.stop();
        };
    var unused = source.whenComplete(copying);
    unused = result.whenComplete(forgetting);
  }

  private static <T> void copy(
      Context context, T value, Throwable failure, CompletableFuture<T> result) {
    if (failure == null) {
      result.complete(value);
    } else if (isCancel(failure) && context.isDone()) {
      result.completeExceptionally(Ending.exceptionOf(context, null)); // our own cancel came first
    } else {
      result.completeExceptionally(failure);
    }
  }

  /**
   * Cancels {@code future}, with an interrupt, when {@code context} ends; at once if it is done. A
   * plain {@link CompletableFuture}, whose {@code cancel} would only complete it, is completed with
   * the {@link ContextException} instead. A future that is done by then is left as it is.
   *
   * @return calls it off; done already when a {@code CompletableFuture} completes
   */
  public static Registration cancelWith(Context context, Future<?> future) {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(future, "future is null");
    Registration cancelling = context.onDone(StopThreads::run, why -> cancel(future, why));
    if (future instanceof CompletableFuture<?> completable) {
      var unused = completable.whenComplete((value, failure) -> cancelling.stop());
    }
    return cancelling;
  }

  private static void cancel(Future<?> future, Cancellation why) {
    if (future.getClass() == CompletableFuture.class) {
      ((CompletableFuture<?>) future).completeExceptionally(why.toException());
    } else {
      future.cancel(true);
    }
  }

  /**
   * A child of {@code parent} that also ends when {@code future} is cancelled or fails: for the
   * work that is to complete it, which nobody waits for then. A success ends nothing; close the
   * scope for that.
   *
   * <pre>{@code
   * CompletableFuture<Report> report = new CompletableFuture<>();
   * CancelScope scope = Futures.scopeOf(Context.current(), report);
   * Runnable work = () -> report.complete(build());
   * pool.execute(scope.context().wrap(work));
   * return report; // whose cancel(true) now stops build()
   * }</pre>
   */
  public static CancelScope scopeOf(Context parent, CompletableFuture<?> future) {
    Objects.requireNonNull(parent, "parent is null");
    Objects.requireNonNull(future, "future is null");
    CancelScope scope = parent.withCancel();
    var unused =
        future.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                end(scope, causeOf(failure));
              }
            });
    return scope;
  }

  private static void end(CancelScope scope, Throwable failure) {
    if (failure instanceof ContextException of) {
      scope.cancel(of.cancellation());
    } else if (failure instanceof CancellationException) {
      scope.cancel(Reason.CLIENT_CANCELED.withMessage("its future was cancelled"));
    } else {
      scope.cancel(failure);
    }
  }

  private static boolean isCancel(Throwable failure) {
    return causeOf(failure) instanceof CancellationException;
  }

  /** What a future failed with, without what it was wrapped in on its way. */
  static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    return wraps && cause != null ? cause : failure;
  }
}
