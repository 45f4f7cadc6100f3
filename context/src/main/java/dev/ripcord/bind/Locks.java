package dev.ripcord.bind;

import dev.ripcord.Context;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Waiting for a lock, a permit, a signal or a queue gives up when its context ends.
 *
 * <pre>{@code
 * try (Locks.Held held = Locks.lock(Context.current(), lock)) {
 *   update();
 * }
 * }</pre>
 *
 * <p>What is free is taken without further ado. Otherwise the wait is {@link Interruptible}, with
 * all that is said there. Whoever got what it waited for at the moment of the end has it: no permit
 * and no element is lost. All of these throw
 *
 * <ul>
 *   <li>the {@link dev.ripcord.ContextException} if the context is done before or ends first
 *   <li>{@link InterruptedException} if somebody else interrupts the thread
 * </ul>
 */
public final class Locks {
  private Locks() {}

  /** Gives back what was taken. Closing it twice is harmless. */
  public static final class Held implements AutoCloseable {
    private final AtomicBoolean held = new AtomicBoolean(true);
    private final Runnable giveBack;

    private Held(Runnable giveBack) {
      this.giveBack = giveBack;
    }

    /** Gives it back; a lock by the thread that took it. */
    @Override
    public void close() {
      if (held.getAndSet(false)) {
        giveBack.run();
      }
    }
  }

  /** Takes {@code lock}. A fair one is not overtaken. */
  public static Held lock(Context context, Lock lock) throws InterruptedException {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(lock, "lock is null");
    context.throwIfDone();
    // Not tryLock(), which overtakes.
    if (!lock.tryLock(0, TimeUnit.NANOSECONDS)) {
      Interruptible.run(context, lock::lockInterruptibly);
    }
    return new Held(lock::unlock);
  }

  /** Takes a permit. */
  public static Held acquire(Context context, Semaphore semaphore) throws InterruptedException {
    return acquire(context, semaphore, 1);
  }

  /** Takes {@code permits} at once. */
  public static Held acquire(Context context, Semaphore semaphore, int permits)
      throws InterruptedException {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(semaphore, "semaphore is null");
    context.throwIfDone();
    if (!semaphore.tryAcquire(permits, 0, TimeUnit.NANOSECONDS)) {
      Interruptible.run(context, () -> semaphore.acquire(permits));
    }
    return new Held(() -> semaphore.release(permits));
  }

  /**
   * Waits for a signal, or for nothing, as {@link Condition#await()} may; its lock is held before
   * and after, also if this throws. No signal is lost.
   */
  public static void await(Context context, Condition condition) throws InterruptedException {
    Objects.requireNonNull(condition, "condition is null");
    Interruptible.run(context, condition::await);
  }

  /** Takes the next element of {@code queue}. */
  public static <T> T take(Context context, BlockingQueue<? extends T> queue)
      throws InterruptedException {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(queue, "queue is null");
    context.throwIfDone();
    T there = queue.poll();
    return there != null ? there : Interruptible.call(context, () -> queue.take());
  }

  /** Puts {@code element} into {@code queue} when there is room. */
  public static <T> void put(Context context, BlockingQueue<? super T> queue, T element)
      throws InterruptedException {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(queue, "queue is null");
    Objects.requireNonNull(element, "element is null");
    context.throwIfDone();
    if (!queue.offer(element)) {
      Interruptible.run(context, () -> queue.put(element));
    }
  }
}
