package dev.ripcord;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Structured fan-out: every task has an owner that joins it. When one fails, its failure is kept
 * and the contexts of the others end with {@link Reason#SIBLING_FAILED}.
 *
 * <pre>{@code
 * try (TaskGroup group = TaskGroup.open(Context.current())) {
 *   TaskGroup.Task<Profile> profile = group.fork("identity", () -> identity.getProfile(user));
 *   TaskGroup.Task<Report> report = group.fork("db", () -> db.report(user));
 *   group.join();
 *   return merge(profile.get(), report.get());
 * } // nothing of the group is running any more
 * }</pre>
 *
 * <p>Tasks are never interrupted: a task stops by looking at {@link Context#current()}, or through
 * what it calls. {@code close} waits for all of them. Any thread may fork, also a task of the
 * group, until the group is closed. A task must not join or close its own group: it would wait for
 * itself.
 */
public final class TaskGroup implements AutoCloseable {
  private final Executor executor;
  private final CancelScope scope;
  private final List<Task<?>> tasks = Collections.synchronizedList(new ArrayList<>());
  private final AtomicReference<@Nullable ExecutionException> firstFailure =
      new AtomicReference<>();
  private final @Nullable Watch watch; // open while there are tasks that nobody has joined
  private volatile boolean closed;

  private TaskGroup(Context parent, Executor executor) {
    Objects.requireNonNull(parent, "parent is null");
    this.executor = Objects.requireNonNull(executor, "executor is null");
    this.scope = parent.withCancel();
    this.watch = LeakDetector.sample(Leak.Kind.TASK_GROUP);
    if (watch != null) {
      watch.collectLater(this);
    }
  }

  /**
   * A group under {@code parent}, whose tasks each get a thread: virtual where the JDK has them.
   */
  public static TaskGroup open(Context parent) {
    return new TaskGroup(parent, Threads.perTask());
  }

  /** A group under {@code parent} whose tasks run on {@code executor}. */
  public static TaskGroup open(Context parent, Executor executor) {
    return new TaskGroup(parent, executor);
  }

  /** The context all tasks grow from. */
  public Context context() {
    return scope.context();
  }

  /**
   * Starts {@code work} with a child context of its own as {@link Context#current()}; skipped if
   * that is done before it starts, also while it waits for a thread.
   *
   * @param name for people: it names the branch in the siblings' reason
   * @throws IllegalStateException if the group is closed
   */
  public <T> Task<T> fork(String name, Callable<? extends T> work) {
    Task<T> task =
        new Task<>(
            Objects.requireNonNull(name, "name is null"),
            Objects.requireNonNull(work, "work is null"));
    expectJoin(true);
    tasks.add(task);
    if (closed) {
      task.finished.countDown();
      expectJoin(false);
      throw new IllegalStateException("the task group is closed");
    }
    task.start();
    return task;
  }

  /**
   * Waits for all tasks, then returns if all succeeded.
   *
   * @throws ExecutionException with the first failure as cause, if a task failed by itself
   * @throws ContextException if tasks did not succeed because the parent context ended, or the
   *     group was closed meanwhile
   * @throws InterruptedException if this thread is interrupted; {@link #close} still ends and
   *     awaits the tasks
   */
  public void join() throws InterruptedException, ExecutionException {
    boolean allSucceeded = true;
    for (int i = 0; i < tasks.size(); i++) { // which may fork more meanwhile
      Task<?> task = tasks.get(i);
      task.finished.await();
      allSucceeded &= task.succeeded;
    }
    expectJoin(false);
    ExecutionException failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
    if (!allSucceeded) {
      scope.context().throwIfDone();
    }
  }

  /** Ends what is still running and waits for it. An interrupt meanwhile is kept for after. */
  @Override
  public void close() {
    closed = true;
    scope.close();
    for (int i = 0; i < tasks.size(); i++) {
      Threads.awaitUninterruptibly(tasks.get(i).finished);
    }
    expectJoin(false);
  }

  private void expectJoin(boolean now) {
    if (watch != null) {
      try {
        watch.open(now);
      } finally {
        Reference.reachabilityFence(this); // not forgotten while it is being joined
      }
    }
  }

  /** One branch. */
  public final class Task<T> {
    private final String name;
    private final CancelScope own;
    private final CountDownLatch finished = new CountDownLatch(1);
    private @Nullable Callable<? extends T> work; // null once finished
    private @Nullable Registration queued; // set before it is handed to the executor
    private @Nullable T result; // written before `succeeded`
    private volatile @Nullable Throwable failure;
    private volatile boolean succeeded;

    private Task(String name, Callable<? extends T> work) {
      this.name = name;
      this.work = work;
      this.own = scope.context().withCancel();
    }

    /** The name given to {@link TaskGroup#fork}. */
    public String name() {
      return name;
    }

    /** The context this branch runs under. */
    public Context context() {
      return own.context();
    }

    /**
     * The result, after {@link TaskGroup#join}.
     *
     * @throws IllegalStateException if the task has not succeeded; its cause is the failure
     */
    public T get() {
      if (!succeeded) {
        throw new IllegalStateException("task " + name + " has no result", failure);
      }
      return value();
    }

    @SuppressWarnings("NullAway") // null is a result where T admits it
    private T value() {
      return result;
    }

    private void start() {
      // Whoever ends the group does not wait for a thread to become free for what is then skipped:
      // it may never, if all threads of the executor wait for tasks that are queued behind them.
      queued = own.context().onDone(Runnable::run, this::skip);
      if (finished.getCount() == 0) {
        return;
      }
      try {
        executor.execute(this::run);
      } catch (Throwable refused) {
        if (queued.stop()) {
          fail(refused);
          finish();
        }
      }
    }

    private void skip(Cancellation end) {
      ObservedWork.skipped(ObservedWork.Kind.TASK, name, own.context());
      failure = end.toException();
      finish();
    }

    private void run() {
      if (!Objects.requireNonNull(queued).stop()) {
        return; // skipped
      }
      Cancellation end = own.context().cancellation();
      if (end != null) {
        skip(end);
        return;
      }
      try {
        result = ObservedWork.task(own.context(), name, Objects.requireNonNull(work));
        succeeded = true;
      } catch (Throwable t) {
        fail(t);
      } finally {
        finish();
      }
    }

    private void fail(Throwable t) {
      failure = t;
      if (own.context().isDone()) {
        return; // a consequence of the end, not a reason for it
      }
      String summary = name + ": " + t;
      if (firstFailure.compareAndSet(null, new ExecutionException(summary, t))) {
        scope.cancel(Cancellation.canceled(Reason.SIBLING_FAILED.withMessage(summary), t));
      }
    }

    private void finish() {
      work = null;
      own.close();
      finished.countDown();
    }

    @Override
    public String toString() {
      return "Task[" + name + "]";
    }
  }
}
