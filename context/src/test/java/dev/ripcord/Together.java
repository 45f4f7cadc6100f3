package dev.ripcord;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs actions at the same instant, each on a thread of its own, and waits for all. */
final class Together implements AutoCloseable {
  interface Action {
    void run() throws Exception;
  }

  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "together");
            thread.setDaemon(true);
            return thread;
          });

  void run(Action... actions) throws Exception {
    run(List.of(actions));
  }

  void run(List<Action> actions) throws Exception {
    AtomicInteger missing = new AtomicInteger(actions.size());
    List<Future<?>> running = new ArrayList<>();
    for (Action action : actions) {
      running.add(
          threads.submit(
              () -> {
                missing.decrementAndGet();
                while (missing.get() > 0) { // a barrier would wake them one after the other
                  Thread.yield();
                }
                action.run();
                return null;
              }));
    }
    for (Future<?> each : running) {
      try {
        each.get(60, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError("a thread failed", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
