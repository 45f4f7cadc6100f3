package dev.ripcord.bind;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads for what stops work and may block. Platform threads: a virtual one would need a carrier,
 * and what it is to stop may keep all of them (docs/rationale.md, "Why does what stops work run on
 * platform threads?"). None while nothing ends.
 */
final class StopThreads {
  private static final Executor POOL = pool();

  private StopThreads() {}

  static void run(Runnable stop) {
    POOL.execute(stop);
  }

  private static Executor pool() {
    AtomicLong count = new AtomicLong();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> thread(task, "ripcord-stop-" + count.incrementAndGet()));
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    // Not that of whoever came first, which it would keep alive.
    thread.setContextClassLoader(StopThreads.class.getClassLoader());
    return thread;
  }
}
