package dev.ripcord.grpc;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One thread for what no call should wait for: looking for overdue handlers, telling watchers. It
 * goes when it has nothing to do. Tasks are short and do not block.
 */
final class Background implements Executor {
  private static final long IDLE_SECONDS = 5;

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Background::thread);

  Background() {
    thread.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    thread.allowCoreThreadTimeOut(true);
    thread.setRemoveOnCancelPolicy(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ripcord-background");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }

  /** Runs {@code task} after {@code delay}, unless what is returned is run before. */
  Runnable later(Duration delay, Runnable task) {
    Future<?> planned =
        thread.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
    return () -> planned.cancel(false);
  }
}
