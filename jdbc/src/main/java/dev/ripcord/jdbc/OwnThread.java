package dev.ripcord.jdbc;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Work that its caller cannot wait for. */
final class OwnThread {
  private static final Executor PLATFORM = platformThreads();

  /** An action given to a done context is run at once, on a virtual thread where there are any. */
  private static final Context DONE = done();

  /** {@code Thread.isVirtual()}; null before JDK 21. */
  private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

  private OwnThread() {}

  /**
   * Runs {@code work} on a platform thread, which waits for nobody: a virtual one needs a carrier,
   * and the statements that are to be cancelled may keep all of them.
   */
  static void run(Runnable work) {
    PLATFORM.execute(work);
  }

  /** Runs {@code work} on a thread of the caller's kind, for callers that come in thousands. */
  static void runLikeCaller(Runnable work) {
    if (isVirtual(Thread.currentThread())) {
      DONE.onDone(now -> work.run());
    } else {
      run(work);
    }
  }

  private static boolean isVirtual(Thread thread) {
    try {
      return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(thread);
    } catch (Throwable e) {
      throw new IllegalStateException("it declares nothing", e);
    }
  }

  private static @Nullable MethodHandle isVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException absent) {
      return null;
    }
  }

  private static Executor platformThreads() {
    AtomicLong count = new AtomicLong();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> thread(task, "ripcord-sql-" + count.incrementAndGet()));
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    // Not that of whoever came first, which it would keep alive.
    thread.setContextClassLoader(OwnThread.class.getClassLoader());
    return thread;
  }

  private static Context done() {
    CancelScope scope = Context.background().withCancel();
    scope.cancel();
    return scope.context();
  }
}
