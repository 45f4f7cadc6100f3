package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One connection in use: what may happen on it at the same time, and what must not. */
final class Session implements LastResort {
  private final Connection raw;
  private final DriverCancel driver;
  private final Grace grace;
  private final Runnable givenBack;
  private final SqlAccount account;
  private final Connection connection;

  /**
   * Held while the driver works. Drivers serialize what comes from several threads anyway, but the
   * cancel for one thread's statement must not find another's in its place.
   */
  private final ReentrantLock turn = new ReentrantLock();

  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Watch watch; // over the last context; set by the holder of turn
  private volatile boolean failed; // once the driver has thrown
  private volatile boolean cut; // since the last rollback or commit; set by the holder of turn
  private volatile boolean abandoned; // aborted, or about to be
  private boolean buried; // guarded by turn

  private Session(
      Connection raw, DriverCancel driver, Grace grace, SqlAccount account, Runnable givenBack) {
    this.raw = raw;
    this.driver = driver;
    this.grace = grace;
    this.givenBack = givenBack;
    this.account = account;
    this.connection = new WrappedConnection(raw, this);
  }

  /** {@code givenBack} is run after {@code raw} was closed in good health. */
  static Session open(Connection raw, Grace grace, SqlAccount account, Runnable givenBack)
      throws SQLException {
    return new Session(raw, DriverCancel.of(raw), grace, account, givenBack);
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
    if (!account.isHeard()) {
      return executeInTurn(context, statement, call);
    }
    SqlAccount.Execution execution = account.new Execution(context);
    try {
      return executeInTurn(context, statement, execution.noticed(call));
    } finally {
      execution.end();
    }
  }

  private <T> @Nullable T executeInTurn(
      Context context, @Nullable Statement statement, SqlCall<T> call) throws SQLException {
    turn.lock();
    try {
      Watch over = watchOver(context);
      driver.prepare();
      return over.run(statement, call);
    } catch (SQLException e) {
      failed = true;
      if (context.isDone()) {
        cut = true;
      }
      throw e;
    } finally {
      turn.unlock();
    }
  }

  private Watch watchOver(Context context) throws SQLException {
    Watch last = watch;
    if (last != null && last.isOver(context)) {
      return last;
    }
    if (last != null) {
      last.end();
    }
    Watch next = Watch.over(context, driver, this);
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
      endStream();
      return call.run();
    } catch (SQLException e) {
      failed = true;
      throw e;
    } finally {
      turn.unlock();
    }
  }

  /** {@link #inTurn(SqlCall)} for what has no result. */
  void inTurn(Step step) throws SQLException {
    SqlCall<Void> call =
        () -> {
          step.run();
          return null;
        };
    inTurn(call);
  }

  /** See {@link Watch#endStream()}. */
  void endStream() {
    Watch last = watch;
    if (last != null) {
      last.endStream();
    }
  }

  /**
   * Commits; under a done context it rolls back and throws, so that the outcome is known. So it
   * does where the server would only seem to commit, because of a statement that was cut.
   */
  void commit(Context context) throws SQLException {
    SqlCall<Void> commit =
        () -> {
          Cancellation why = context.cancellation();
          if (why != null) {
            throw rolledBack(why);
          }
          if (cut && driver.isTransactionLost()) {
            raw.rollback();
            cut = false;
            throw Cut.transactionLost();
          }
          raw.commit(); // never cancelled: it would not be known whether it happened
          cut = false;
          return null;
        };
    inTurn(commit);
  }

  private SQLException rolledBack(Cancellation why) {
    SQLException cutOff = Cut.exception(why, null);
    try {
      withinGrace(raw::rollback);
      cut = false;
    } catch (SQLException e) {
      cutOff.addSuppressed(e);
    }
    return cutOff;
  }

  /** What does not talk to anyone but the server, and has no result. */
  interface Step {
    void run() throws SQLException;
  }

  /** Rolls back, by {@code rollback}. Under a done context a server that hangs is given up. */
  void rollback(Context context, Step rollback) throws SQLException {
    SqlCall<Void> call =
        () -> {
          if (context.isDone()) {
            withinGrace(rollback);
          } else {
            rollback.run();
          }
          cut = false;
          return null;
        };
    inTurn(call);
  }

  /** To abort a connection rolls it back too. */
  private void withinGrace(Step rollback) throws SQLException {
    Registration overdue = grace.begin(this::abandon);
    try {
      rollback.run();
    } finally {
      overdue.stop();
    }
  }

  /**
   * Sets auto-commit, by {@code set}. If that would commit what is left of a transaction whose
   * statement was cut, while the context is done, it is rolled back first: nobody has decided to
   * commit it.
   */
  void setAutoCommit(Context context, boolean on, Step set) throws SQLException {
    SqlCall<Void> call =
        () -> {
          if (on && cut && context.isDone() && !raw.getAutoCommit()) {
            withinGrace(raw::rollback);
            cut = false;
          }
          set.run();
          return null;
        };
    inTurn(call);
  }

  /** Nothing of a cancel reaches the connection's next user. Does not wait for its turn. */
  void close() throws SQLException {
    boolean first = closed.compareAndSet(false, true);
    Watch last = watch;
    if (last != null) {
      last.end();
    }
    rollBackWhatWasCut();
    if (abandoned) {
      OwnThread.run(this::bury);
      return;
    }
    raw.close();
    if (first && !failed) {
      givenBack.run();
    }
  }

  /** Not every pool does it, and some commit. */
  private void rollBackWhatWasCut() {
    if (!cut || abandoned || !turn.tryLock()) {
      return;
    }
    try {
      if (!raw.getAutoCommit()) {
        withinGrace(raw::rollback);
      }
    } catch (SQLException | RuntimeException lost) {
      // The pool will see for itself.
    } finally {
      turn.unlock();
    }
  }

  /** Like {@link #close()}, for a connection that nobody will use again. */
  void abort(Executor executor) throws SQLException {
    closed.set(true);
    abandoned = true;
    Watch last = watch;
    if (last != null) {
      last.giveUp();
    }
    raw.abort(executor);
  }

  @Override
  public Registration begin(Runnable then) {
    return grace.begin(then);
  }

  @Override
  public String grace() {
    return grace.toString();
  }

  /** Aborts on a thread of its own: a driver may want to talk to a server that does not answer. */
  @Override
  public void abandon() {
    abandoned = true;
    OwnThread.run(() -> quietly(() -> raw.abort(Runnable::run)));
  }

  /**
   * Closes what was aborted, when nothing is at work on it any more. By then nobody waits; and if
   * the driver could not abort, the pool must not hand the connection to anyone before.
   */
  private void bury() {
    quietly(() -> raw.abort(Runnable::run)); // what was about to be done is done now
    turn.lock();
    try {
      if (!buried) {
        buried = true;
        awaitLateCancel();
        quietly(this::fail);
        quietly(raw::close);
      }
    } finally {
      turn.unlock();
    }
  }

  private void awaitLateCancel() {
    Watch last = watch;
    if (last != null) {
      last.awaitLateCancel();
    }
  }

  /** A pool knows a broken connection by its failures. */
  private void fail() throws SQLException {
    try (Statement probe = raw.createStatement()) {
      probe.execute("select 1");
    }
  }

  private static void quietly(Step step) {
    try {
      step.run();
    } catch (SQLException | RuntimeException lost) {
      // Nobody is left to tell, and nothing is left to be done.
    }
  }
}
