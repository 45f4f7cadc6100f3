package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ripcord.Context;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** JDBC code on a thread of its own, under a context, and what became of it. */
final class RunningSql<T> {

  interface Work<T> {
    T run() throws Exception;
  }

  private final FutureTask<T> task;

  private RunningSql(FutureTask<T> task) {
    this.task = task;
  }

  static <T> RunningSql<T> start(Context context, Work<T> work) {
    FutureTask<T> task = new FutureTask<>(() -> context.call(work::run));
    Thread thread = new Thread(task, "running sql");
    thread.setDaemon(true);
    thread.start();
    return new RunningSql<>(task);
  }

  boolean isOver() {
    return task.isDone();
  }

  T result() throws Exception {
    try {
      return task.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception failure ? failure : e;
    }
  }

  /** The exception it must have ended with, before long. */
  SQLException failure() {
    try {
      T result = task.get(10, TimeUnit.SECONDS);
      return fail("not cut, but ended with " + result);
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(SQLException.class);
      return (SQLException) e.getCause();
    } catch (TimeoutException e) {
      return fail("still running after 10 s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail("interrupted");
    }
  }
}
