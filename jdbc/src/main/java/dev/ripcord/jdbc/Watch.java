package dev.ripcord.jdbc;

import dev.ripcord.Context;
import dev.ripcord.Registration;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Listens to one context for one connection, and has what the driver executes for it cancelled when
 * it ends.
 *
 * <pre>
 *   using thread    executing := true, done? ------ driver works ------ executing := false, done? lock
 *   listener                      context ends   lock  cancel   cancel ...        unlock
 *                                                      `-10 ms-'
 * </pre>
 *
 * <p>A cancel that reaches the server before the statement does is lost, so it is repeated. One
 * that is still under way when the statement returns would hit the next, so whoever leaves waits
 * for it. Each side writes first and looks after, at the other's state: a statement that does not
 * see the end is seen by the listener.
 *
 * <p>One listener serves all that is executed for the context, one thing after another: fetching
 * row by row costs no registration per row.
 */
final class Watch {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Context context;
  private final DriverCancel driver;
  private final ReentrantLock lock = new ReentrantLock(); // held while a cancel is under way
  private final Condition left = lock.newCondition();
  private final Registration listening;
  private @Nullable Statement statement; // of what is executing; written before it is
  private volatile boolean executing; // written by the using thread
  private volatile boolean ended;

  private Watch(Context context, DriverCancel driver) {
    this.context = context;
    this.driver = driver;
    this.listening = context.onDone(why -> cancelWhileExecuting());
  }

  static Watch over(Context context, DriverCancel driver) {
    return new Watch(context, driver);
  }

  boolean isOver(Context other) {
    return context == other;
  }

  /** Runs {@code call} unless the context is done. One at a time. */
  <T> @Nullable T run(@Nullable Statement named, SqlCall<T> call) throws SQLException {
    statement = named;
    executing = true;
    try {
      Cut.throwIfDone(context);
      return ask(call);
    } finally {
      leave();
    }
  }

  private <T> @Nullable T ask(SqlCall<T> call) throws SQLException {
    try {
      return call.run();
    } catch (SQLException e) {
      throw Cut.orFailure(context, e);
    }
  }

  /** When this returns, no cancel is under way. */
  private void leave() {
    executing = false;
    if (context.isDone()) {
      awaitCancel();
    }
  }

  private void awaitCancel() {
    lock.lock();
    try {
      left.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops listening. When this returns, no cancel is under way and none will be, whatever is
   * executing. Any thread, any number of times.
   */
  void end() {
    if (listening.stop()) {
      return; // nobody began to cancel, and nobody will
    }
    ended = true;
    awaitCancel();
  }

  private void cancelWhileExecuting() {
    lock.lock();
    try {
      while (executing && !ended) {
        cancel();
        Thread.interrupted(); // left behind by a driver, it would keep the lock from being let go
        try {
          left.awaitNanos(PAUSE_NANOS);
        } catch (InterruptedException e) {
          // This thread has nothing else to do; giving up would lose the cancel.
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void cancel() {
    try {
      driver.cancel(statement);
    } catch (SQLException | RuntimeException refused) {
      // Not sent, so the statement still runs: the next round tries again.
    }
  }
}
