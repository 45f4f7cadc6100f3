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
 * The time in which the driver works on one call, and in which alone it may be cancelled.
 *
 * <pre>
 *   executing thread    begin ---- driver works ------------------- end
 *   another one                 context ends   cancel  cancel  |     the lock: no cancel is
 *                                              `-10 ms-'       |     under way once end returns
 * </pre>
 *
 * <p>A cancel that reaches the server before the statement does is lost, so it is repeated; one
 * that is still under way when the statement returns would hit the next, so the return waits for
 * it.
 */
final class Execution {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final DriverCancel driver;
  private final @Nullable Statement statement;
  private final Registration ending;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private boolean executing = true; // guarded by lock; false for ever after end()

  private Execution(Context context, DriverCancel driver, @Nullable Statement statement) {
    this.driver = driver;
    this.statement = statement;
    this.ending = context.onDone(why -> cancelUntilEnded());
  }

  static Execution begin(Context context, DriverCancel driver, @Nullable Statement statement) {
    return new Execution(context, driver, statement);
  }

  /**
   * When this returns, no cancel is under way and none will be. Any thread, any number of times.
   */
  void end() {
    if (ending.stop()) {
      return; // nobody began to cancel, and nobody will
    }
    lock.lock();
    try {
      executing = false;
      ended.signal();
    } finally {
      lock.unlock();
    }
  }

  private void cancelUntilEnded() {
    lock.lock();
    try {
      while (executing) {
        cancel();
        Thread.interrupted(); // left behind by a driver, it would keep the lock from being let go
        try {
          ended.awaitNanos(PAUSE_NANOS);
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
