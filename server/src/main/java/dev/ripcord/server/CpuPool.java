package dev.ripcord.server;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import io.grpc.Status;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A few platform threads for work that computes for long, with a bounded queue before them.
 * Handlers hand such work over, since they may be virtual threads, whose carriers it would starve.
 *
 * <pre>{@code
 * boolean same = pool.callOrLeave(Context.current(), () -> argon2.check(password, hash));
 * }</pre>
 *
 * <p>Work that is still queued when its context ends is never begun, and leaves the queue at once.
 * Usable from any thread.
 */
public final class CpuPool implements AutoCloseable {
  private static final long LONGEST_CLOSE_SECONDS = 5;

  private final String work;
  private final ThreadPoolExecutor threads;
  private final AtomicLong skipped = new AtomicLong();

  /**
   * Starts no thread before there is work.
   *
   * @param work what is computed, in the plural; names the threads and is told to callers who find
   *     the queue full
   */
  public CpuPool(String work, int threads, int longestQueue) {
    this.work = work;
    AtomicInteger started = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(longestQueue),
            r -> {
              Thread thread = new Thread(r, work + "-" + started.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.threads.allowCoreThreadTimeOut(true);
  }

  /** As many threads as the machine has cores. */
  public static CpuPool ofAllCores(String work, int longestQueue) {
    return new CpuPool(work, Runtime.getRuntime().availableProcessors(), longestQueue);
  }

  /**
   * Waits for {@code task}, which looks at {@link Context#current()} and stops soon after that
   * context ends: when this returns, it runs no more.
   *
   * @return what it returns
   * @throws Exception what it throws; the context's exception if it was never begun;
   *     RESOURCE_EXHAUSTED if the queue is full
   */
  public <T> T call(Context context, Callable<T> task) throws Exception {
    return call(context, task, false);
  }

  /**
   * Like {@link #call}, for a task that cannot be stopped but is short: when the context ends, this
   * throws its exception at once, and the task goes on to its end for nothing.
   */
  public <T> T callOrLeave(Context context, Callable<T> task) throws Exception {
    return call(context, task, true);
  }

  private <T> T call(Context context, Callable<T> work, boolean leaves) throws Exception {
    context.throwIfDone();
    // A scope of its own, so that a caller who is interrupted stops the task too.
    try (CancelScope scope = context.withCancel()) {
      Task<T> task = new Task<>(scope.context(), work, leaves);
      enqueue(task);
      Registration drop = scope.context().onDone(Runnable::run, task::drop);
      try {
        return task.outcome.get().call();
      } finally {
        drop.stop();
      }
    }
  }

  private void enqueue(Task<?> task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("too many " + work + " wait already: " + threads.getQueue().size())
          .asRuntimeException();
    }
  }

  /** How many tasks were never begun because their context ended while they were queued. */
  public long skipped() {
    return skipped.get();
  }

  /** How many tasks wait for a thread. */
  public int queued() {
    return threads.getQueue().size();
  }

  /** How many tasks are being computed, roughly. */
  public int running() {
    return threads.getActiveCount();
  }

  /** Takes no more, fails what is queued, interrupts what runs and waits a moment for it. */
  @Override
  public void close() {
    for (Runnable queued : threads.shutdownNow()) {
      ((Task<?>) queued)
          .failWith(Status.UNAVAILABLE.withDescription("stopping").asRuntimeException());
    }
    try {
      threads.awaitTermination(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Task<T> implements Runnable {
    private final Context context;
    private final Callable<T> work;
    private final boolean leaves;
    private final AtomicBoolean taken = new AtomicBoolean();
    // What returns the result or throws the failure: a future that failed would wrap what it
    // throws,
    // and from JDK 23 on a context's exception too.
    private final CompletableFuture<Callable<T>> outcome = new CompletableFuture<>();

    Task(Context context, Callable<T> work, boolean leaves) {
      this.context = context;
      this.work = work;
      this.leaves = leaves;
    }

    @Override
    public void run() {
      Cancellation ended = context.cancellation();
      if (ended != null) {
        drop(ended);
      } else if (!taken.getAndSet(true)) {
        compute();
      }
    }

    private void compute() {
      try {
        T result = context.call(work);
        outcome.complete(() -> result);
      } catch (Exception e) {
        failWith(e);
      } catch (Error e) {
        failWith(new IllegalStateException("the computation broke: " + e, e));
      }
    }

    private void failWith(Exception e) {
      outcome.complete(
          () -> {
            throw e;
          });
    }

    /**
     * The context ended: whoever takes the task first, this or a thread, decides whether it is ever
     * begun.
     */
    private void drop(Cancellation ended) {
      if (!taken.getAndSet(true)) {
        skipped.incrementAndGet();
        threads.remove(this);
        failWith(ended.toException());
      } else if (leaves) {
        failWith(ended.toException());
      }
    }
  }
}
