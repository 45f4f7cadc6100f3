package dev.ripcord;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One action waiting for a node's end.
 *
 * <pre>
 *   waiting --stop--> STOPPED
 *      |
 *    start--> QUEUED --run--> (its thread) --> DONE
 *                 \               /
 *                  `-> Joining --'       somebody waits for it meanwhile
 * </pre>
 */
final class Listener extends Entry implements Registration, Runnable {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Listener.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Object STOPPED = new Object();
  private static final Object QUEUED = new Object();
  private static final Object DONE = new Object();

  /** Somebody waits for the action; replaces QUEUED or the running thread. */
  private static final class Joining {
    final CountDownLatch done = new CountDownLatch(1);
    volatile @Nullable Thread runner;

    Joining(@Nullable Thread runner) {
      this.runner = runner;
    }
  }

  private final CancelNode node;
  private @Nullable Executor
      executor; // both null once stopped, so that a kept handle keeps nothing alive
  private @Nullable Consumer<Cancellation> action;
  private volatile @Nullable Object state; // null while waiting

  Listener(CancelNode node, Executor executor, Consumer<Cancellation> action) {
    this.node = node;
    this.executor = Objects.requireNonNull(executor, "executor is null");
    this.action = Objects.requireNonNull(action, "action is null");
  }

  /** Hands the action to its executor, unless it was stopped or started before. */
  void start() {
    if (!STATE.compareAndSet(this, null, QUEUED)) {
      return;
    }
    try {
      Objects.requireNonNull(executor).execute(this);
    } catch (Throwable refused) {
      finished();
      Threads.uncaught(refused);
    }
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    try {
      Objects.requireNonNull(action).accept(Objects.requireNonNull(node.cancellation()));
    } catch (Throwable failure) {
      Threads.uncaught(failure);
    } finally {
      finished();
    }
  }

  private boolean begin() {
    while (true) {
      Object s = state;
      if (s instanceof Joining joining) {
        joining.runner = Thread.currentThread();
        return true;
      }
      if (s != QUEUED) {
        return false;
      }
      if (STATE.compareAndSet(this, QUEUED, Thread.currentThread())) {
        return true;
      }
    }
  }

  private void finished() {
    Object before = STATE.getAndSet(this, DONE);
    if (before instanceof Joining joining) {
      joining.done.countDown();
    }
    executor = null;
    action = null;
  }

  @Override
  public boolean stop() {
    if (!STATE.compareAndSet(this, null, STOPPED)) {
      return false;
    }
    node.remove(this);
    executor = null;
    action = null;
    return true;
  }

  @Override
  public boolean stopOrJoin() {
    if (stop()) {
      return true;
    }
    join();
    return false;
  }

  private void join() {
    while (true) {
      Object s = state;
      if (s == DONE || s == STOPPED || s == Thread.currentThread()) {
        return;
      }
      if (s instanceof Joining joining) {
        if (joining.runner != Thread.currentThread()) {
          Threads.awaitUninterruptibly(joining.done);
        }
        return;
      }
      STATE.compareAndSet(this, s, new Joining(s instanceof Thread runner ? runner : null));
    }
  }
}
