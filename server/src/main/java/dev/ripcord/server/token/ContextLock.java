package dev.ripcord.server.token;

import dev.ripcord.Context;
import dev.ripcord.bind.Locks;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.v1.Work;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Many may share it, or one may have it alone; whoever waits for it gives up when its context ends.
 *
 * <pre>{@code
 * try (ContextLock.Hold hold = lock.share(Context.current())) {
 *   read();
 * }
 * }</pre>
 *
 * <p>Whoever waits is in a {@link WorkLog}.
 *
 * <p>Sharing may pass somebody who waits to have it alone, so that one long share does not stop all
 * others behind that wait; the price is that having it alone waits for a moment without any share,
 * as long as its context allows. Not reentrant. A hold may be closed by another thread.
 */
@SuppressWarnings("try") // a mark is made to be closed, not to be used
final class ContextLock {
  private final String name;
  private final WorkLog work;
  private final ReentrantLock state = new ReentrantLock();
  private final Condition changed = state.newCondition();
  private int sharing; // guarded by state
  private boolean alone; // guarded by state
  private int waiting; // guarded by state

  /**
   * Free.
   *
   * @param name what it guards, for people
   * @param work where it is written down who waits
   */
  ContextLock(String name, WorkLog work) {
    this.name = name;
    this.work = work;
  }

  /** Gives the lock back. Closing it twice is harmless. */
  static final class Hold implements AutoCloseable {
    private final AtomicBoolean held = new AtomicBoolean(true);
    private final Runnable giveBack;

    private Hold(Runnable giveBack) {
      this.giveBack = giveBack;
    }

    @Override
    public void close() {
      if (held.getAndSet(false)) {
        giveBack.run();
      }
    }
  }

  /**
   * Shares the lock.
   *
   * @throws dev.ripcord.ContextException if {@code context} ends first
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  Hold share(Context context) throws InterruptedException {
    take(context, this::tryShare);
    return new Hold(() -> change(() -> sharing--));
  }

  /** Takes the lock alone; fails as {@link #share} does. */
  Hold alone(Context context) throws InterruptedException {
    take(context, this::tryAlone);
    return new Hold(() -> change(() -> alone = false));
  }

  /** How many wait at this moment. */
  int waiting() {
    state.lock();
    try {
      return waiting;
    } finally {
      state.unlock();
    }
  }

  private void take(Context context, BooleanSupplier attempt) throws InterruptedException {
    context.throwIfDone();
    state.lock();
    try {
      if (!attempt.getAsBoolean()) {
        await(context, attempt);
      }
    } finally {
      state.unlock();
    }
  }

  /** State held. */
  private void await(Context context, BooleanSupplier attempt) throws InterruptedException {
    waiting++;
    try (WorkLog.Mark ignored = work.begin(context, Work.Kind.LOCK, name)) {
      do {
        Locks.await(context, changed);
      } while (!attempt.getAsBoolean());
    } finally {
      waiting--;
    }
  }

  private boolean tryShare() {
    if (alone) {
      return false;
    }
    sharing++;
    return true;
  }

  private boolean tryAlone() {
    if (alone || sharing > 0) {
      return false;
    }
    alone = true;
    return true;
  }

  private void change(Runnable change) {
    state.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      state.unlock();
    }
  }
}
