package dev.ripcord;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the tree asks of threads: where {@code current()} lives, a thread for an action, an
 * uninterruptible wait.
 */
final class Threads {
  private static final ContextStorage STORAGE = loadStorage();
  private static final Executor PER_TASK = perTaskExecutor();

  private Threads() {}

  static ContextStorage storage() {
    return STORAGE;
  }

  /**
   * Runs each task on a thread of its own: a virtual one where the JDK has them, else a daemon from
   * a pool.
   */
  static Executor perTask() {
    return PER_TASK;
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // kept for after
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reports to this thread's uncaught-exception handler, which cannot throw from here. */
  static void uncaught(Throwable failure) {
    Thread thread = Thread.currentThread();
    try {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    } catch (Throwable ofHandler) {
      // As the JVM does with a handler's own failure: nobody is left to tell.
      failure.addSuppressed(ofHandler);
    }
  }

  private static ContextStorage loadStorage() {
    Iterator<ContextStorage> supplied =
        ServiceLoader.load(ContextStorage.class, ContextStorage.class.getClassLoader()).iterator();
    if (!supplied.hasNext()) {
      return new ThreadLocalStorage();
    }
    ContextStorage only = supplied.next();
    if (supplied.hasNext()) {
      throw new IllegalStateException(
          "two context storages on the class path: "
              + only.getClass()
              + " and "
              + supplied.next().getClass());
    }
    return only;
  }

  private static final class ThreadLocalStorage implements ContextStorage {
    private static final ThreadLocal<@Nullable Context> BOUND = new ThreadLocal<>();

    @Override
    public @Nullable Context current() {
      return BOUND.get();
    }

    @Override
    public Binding attach(Context context) {
      Context before = BOUND.get();
      BOUND.set(context);
      return () -> restore(before);
    }

    private static void restore(@Nullable Context before) {
      if (before == null) {
        BOUND.remove();
      } else {
        BOUND.set(before);
      }
    }
  }

  private static Executor perTaskExecutor() {
    ThreadFactory virtual = virtualThreads();
    if (virtual != null) {
      return task -> virtual.newThread(task).start();
    }
    AtomicLong count = new AtomicLong();
    ThreadFactory daemons =
        task -> {
          Thread thread = new Thread(task, "ripcord-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        };
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons);
  }

  /**
   * {@code Thread.ofVirtual().name("ripcord-", 1).factory()} where there is such a thing (JDK 21
   * and later), else null.
   */
  private static @Nullable ThreadFactory virtualThreads() {
    try {
      Method ofVirtual = Thread.class.getMethod("ofVirtual");
      Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object named =
          builder
              .getMethod("name", String.class, long.class)
              .invoke(ofVirtual.invoke(null), "ripcord-", 1L);
      return (ThreadFactory) builder.getMethod("factory").invoke(named);
    } catch (ReflectiveOperationException | UnsupportedOperationException absent) {
      return null;
    }
  }
}
