package dev.ripcord;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work bound to a context, to be run elsewhere or later; skipped if the context is done by then.
 */
final class Wrapping {
  private Wrapping() {}

  static Runnable runnable(Context context, Runnable r) {
    Objects.requireNonNull(r, "r is null");
    return () -> {
      if (!context.isDone()) {
        context.run(r);
      }
    };
  }

  static <T> Callable<T> callable(Context context, Callable<T> c) {
    Objects.requireNonNull(c, "c is null");
    return () -> {
      context.throwIfDone();
      return context.call(c);
    };
  }

  static Executor executor(Context context, Executor e) {
    Objects.requireNonNull(e, "e is null");
    return task -> e.execute(queued(context, task));
  }

  static ExecutorService executorService(Context context, ExecutorService e) {
    return new Service(context, Objects.requireNonNull(e, "e is null"));
  }

  /**
   * Like {@link #runnable}, but a task somebody may be waiting for is not left hanging when it is
   * skipped.
   */
  private static Runnable queued(Context context, Runnable task) {
    Objects.requireNonNull(task, "task is null");
    return () -> {
      if (!context.isDone() || task instanceof CompletableFuture.AsynchronousCompletionTask) {
        context.run(task); // a CompletableFuture's step has no other way to complete it than to run
      } else if (task instanceof Future<?> waitedFor) {
        waitedFor.cancel(false);
      }
    };
  }

  private static final class Service implements ExecutorService {
    private final Context context;
    private final ExecutorService to;

    Service(Context context, ExecutorService to) {
      this.context = context;
      this.to = to;
    }

    private <T> List<Callable<T>> all(Collection<? extends Callable<T>> tasks) {
      List<Callable<T>> bound = new ArrayList<>(tasks.size());
      for (Callable<T> task : tasks) {
        bound.add(callable(context, task));
      }
      return bound;
    }

    @Override
    public void execute(Runnable task) {
      to.execute(queued(context, task));
    }

    @Override
    public <T> Future<T> submit(Callable<T> task) {
      return to.submit(callable(context, task));
    }

    @Override
    public <T> Future<T> submit(Runnable task, T result) {
      return to.submit(callable(context, Executors.callable(task, result)));
    }

    @Override
    public Future<?> submit(Runnable task) {
      return to.submit(callable(context, Executors.callable(task)));
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
        throws InterruptedException {
      return to.invokeAll(all(tasks));
    }

    @Override
    public <T> List<Future<T>> invokeAll(
        Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
        throws InterruptedException {
      return to.invokeAll(all(tasks), timeout, unit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
        throws InterruptedException, ExecutionException {
      return to.invokeAny(all(tasks));
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      return to.invokeAny(all(tasks), timeout, unit);
    }

    @Override
    public void shutdown() {
      to.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return to.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return to.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return to.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return to.awaitTermination(timeout, unit);
    }
  }
}
