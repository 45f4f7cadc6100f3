package dev.ripcord;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

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
    CyclicBarrier start = new CyclicBarrier(actions.size());
    List<Future<?>> running = new ArrayList<>();
    for (Action action : actions) {
      running.add(
          threads.submit(
              () -> {
                start.await(30, TimeUnit.SECONDS);
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
