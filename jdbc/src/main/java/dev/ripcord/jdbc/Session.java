package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One connection in use: what may happen on it at the same time, and what must not. */
final class Session {
  private final Connection raw;
  private final DriverCancel driver;
  private final Runnable givenBack;
  private final Connection connection;

  /**
   * Held while the driver works. Drivers serialize what comes from several threads anyway, but the
   * cancel for one thread's statement must not find another's in its place.
   */
  private final ReentrantLock turn = new ReentrantLock();

  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Watch watch; // over the last context; set by the holder of turn
  private volatile boolean failed; // once the driver has thrown

  private Session(Connection raw, DriverCancel driver, Runnable givenBack) {
    this.raw = raw;
    this.driver = driver;
    this.givenBack = givenBack;
    this.connection = WrappedConnection.of(raw, this);
  }

  /** {@code givenBack} is run after {@code raw} was closed in good health. */
  static Session open(Connection raw, Runnable givenBack) throws SQLException {
    return new Session(raw, DriverCancel.of(raw), givenBack);
  }

  /** The connection that users hold. */
  Connection connection() {
    return connection;
  }

  /**
   * Runs {@code call} unless {@code context} is done, and has the server give it up when {@code
   * context} ends meanwhile.
   */
  <T> @Nullable T execute(Context context, @Nullable Statement statement, SqlCall<T> call)
      throws SQLException {
    if (!context.canEnd()) {
      return inTurn(call);
    }
    SqlCall<T> watched =
        () -> {
          Watch over = watchOver(context);
          driver.prepare();
          return over.run(statement, call);
        };
    return inTurn(watched);
  }

  private Watch watchOver(Context context) throws SQLException {
    Watch last = watch;
    if (last != null && last.isOver(context)) {
      return last;
    }
    Cut.throwIfDone(context);
    if (last != null) {
      last.end();
    }
    Watch next = Watch.over(context, driver);
    watch = next;
    if (closed.get()) {
      next.end(); // close may not have seen it
    }
    return next;
  }

  /** Runs {@code call} whatever the context, when nothing else is at work on this connection. */
  <T> @Nullable T inTurn(SqlCall<T> call) throws SQLException {
    turn.lock();
    try {
      return call.run();
    } catch (SQLException e) {
      failed = true;
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /** Commits; under a done context it rolls back and throws, so that the outcome is known. */
  void commit(Context context) throws SQLException {
    SqlCall<Void> commit =
        () -> {
          Cancellation why = context.cancellation();
          if (why != null) {
            throw rolledBack(why);
          }
          raw.commit(); // never cancelled: it would not be known whether it happened
          return null;
        };
    inTurn(commit);
  }

  private SQLException rolledBack(Cancellation why) {
    SQLException cut = Cut.exception(why, null);
    try {
      raw.rollback();
    } catch (SQLException e) {
      cut.addSuppressed(e);
    }
    return cut;
  }

  /** Nothing of a cancel reaches the connection's next user. Does not wait for its turn. */
  void close() throws SQLException {
    boolean first = closed.compareAndSet(false, true);
    endWatch();
    raw.close();
    if (first && !failed) {
      givenBack.run();
    }
  }

  /** Like {@link #close()}, for a connection that nobody will use again. */
  void abort(Executor executor) throws SQLException {
    closed.set(true);
    endWatch();
    raw.abort(executor);
  }

  private void endWatch() {
    Watch last = watch;
    if (last != null) {
      last.end();
    }
  }
}
