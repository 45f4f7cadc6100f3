package dev.ripcord.bind;

import dev.ripcord.Effort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** The kinds of threads that a binding may be used on. */
enum Threading {
  PLATFORM,
  VIRTUAL;

  /** Those that this JDK has. */
  static List<Threading> available() {
    List<Threading> kinds = new ArrayList<>(List.of(PLATFORM));
    if (Runtime.version().feature() >= 21) {
      kinds.add(VIRTUAL);
    }
    return kinds;
  }

  Thread start(Runnable task) {
    if (this == PLATFORM) {
      Thread thread = new Thread(task, "on-platform");
      thread.setDaemon(true);
      thread.start();
      return thread;
    }
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  /** Work under way on a thread of this kind. */
  static final class Running<T> {
    final Thread thread;
    private final FutureTask<T> task;

    private Running(Threading kind, Callable<T> work) {
      task = new FutureTask<>(work);
      thread = kind.start(task);
    }

    T result() throws Exception {
      try {
        return task.get(Effort.of(60, 240), TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception failure) {
          throw failure;
        }
        throw new AssertionError(e.getCause());
      }
    }
  }

  <T> Running<T> begin(Callable<T> work) {
    return new Running<>(this, work);
  }
}
