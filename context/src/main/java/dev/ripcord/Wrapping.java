package dev.ripcord;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Work bound to a context, to be run elsewhere or later; skipped if the context is done by then.
 */
final class Wrapping {
  private Wrapping() {}

  static Runnable runnable(Context context, Runnable r) {
    Objects.requireNonNull(r, "r is null");
    return () -> {
      if (context.isDone()) {
        ObservedWork.skipped(ObservedWork.Kind.TASK, r, context);
      } else {
        ObservedWork.task(context, r);
      }
    };
  }

  static <T> Callable<T> callable(Context context, Callable<T> c) {
    Objects.requireNonNull(c, "c is null");
    return () -> {
      Cancellation end = context.cancellation();
      if (end != null) {
        ObservedWork.skipped(ObservedWork.Kind.TASK, c, context);
        throw end.toException();
      }
      return ObservedWork.task(context, c, c);
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
   * skipped. What other kinds of futures need for their completion only their own {@code run}
   * knows, so they are run.
   */
  private static Runnable queued(Context context, Runnable task) {
    Objects.requireNonNull(task, "task is null");
    return () -> {
      if (task instanceof Skippable) {
        context.run(task);
      } else if (!context.isDone() || knowsItsOwnEnd(task)) {
        ObservedWork.task(context, task);
      } else {
        ObservedWork.skipped(ObservedWork.Kind.TASK, task, context);
        if (task instanceof FutureTask<?> plain) {
          plain.cancel(false);
        }
      }
    };
  }

  private static boolean knowsItsOwnEnd(Runnable task) {
    return task instanceof CompletableFuture.AsynchronousCompletionTask
        || (task instanceof Future<?> && task.getClass() != FutureTask.class);
  }

  private static final class Service extends AbstractExecutorService {
    private final Context context;
    private final ExecutorService to;

    Service(Context context, ExecutorService to) {
      this.context = context;
      this.to = to;
    }

    @Override
    public void execute(Runnable task) {
      to.execute(queued(context, task));
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
      return new Skippable<>(callable(context, task));
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable task, T result) {
      return newTaskFor(Executors.callable(task, result));
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

  /** Is run in any case: skipping its work, it completes with the context's exception. */
  private static final class Skippable<T> extends FutureTask<T> {
    Skippable(Callable<T> bound) {
      super(bound);
    }
  }
}
