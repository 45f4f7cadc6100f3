package dev.ripcord.jdbc;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import dev.ripcord.jdbc.Commit.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way of one transaction to its outcome: see {@link Commit#shield}.
 *
 * <pre>
 *   context      done already? -------- its end changes nothing --------
 *   bound                      | last work | done? | COMMIT |
 *   strikes                      cut: rolled back    connection aborted: unknown
 * </pre>
 */
final class Shield {
  private static final Reason BOUND = Reason.DEADLINE.withMessage("the bound of the commit");

  /** Of failures after which nobody can tell: statement completion, transaction state unknown. */
  private static final Set<String> NOBODY_CAN_TELL = Set.of("40003", "25S03");

  private static final String RESOLUTION_UNKNOWN = "08007";

  private final Connection transaction;

  Shield(Connection transaction) {
    this.transaction = transaction;
  }

  Commit commit(Context context, Duration atMost, Commit.Work last) {
    try {
      if (transaction.getAutoCommit()) {
        throw new IllegalStateException("transaction is in auto-commit: nothing is left to commit");
      }
    } catch (SQLException lost) {
      return Commit.not(Outcome.ROLLED_BACK, lost);
    }
    Cancellation why = context.cancellation();
    if (why != null) {
      return rolledBack(context, Outcome.NOT_STARTED, Cut.exception(why, null));
    }
    try (CancelScope bound = context.withoutCancel().withTimeout(atMost, BOUND)) {
      return commit(bound.context(), last);
    }
  }

  private Commit commit(Context bound, Commit.Work last) {
    Exception failure = work(bound, last);
    if (failure != null) {
      return rolledBack(bound, Outcome.ROLLED_BACK, failure);
    }
    failure = obstacle(bound);
    return failure == null ? send(bound) : rolledBack(bound, Outcome.ROLLED_BACK, failure);
  }

  /** Why COMMIT must not be sent, or null. */
  private @Nullable Exception obstacle(Context bound) {
    Cancellation struck = bound.cancellation();
    if (struck != null) {
      return Cut.exception(struck, null);
    }
    try {
      return DriverCancel.of(transaction).isTransactionLost() ? Cut.transactionLost() : null;
    } catch (SQLException lost) {
      return lost;
    }
  }

  /** Does the last work; what it has failed with, or null. */
  private @Nullable Exception work(Context bound, Commit.Work last) {
    try {
      bound.call(
          () -> {
            last.run(transaction);
            return true;
          });
      return null;
    } catch (Exception e) {
      return e;
    } catch (Throwable e) {
      rollbackOrAbort(bound, e);
      throw e;
    }
  }

  /** Before COMMIT was sent: if there is no rolling back, an end of the connection is one. */
  private Commit rolledBack(Context context, Outcome outcome, Exception failure) {
    rollbackOrAbort(context, failure);
    return Commit.not(outcome, failure);
  }

  private void rollbackOrAbort(Context context, Throwable failure) {
    if (!isRolledBack(context, failure)) {
      abort();
    }
  }

  private boolean isRolledBack(Context context, Throwable failure) {
    try {
      context.call(
          () -> {
            transaction.rollback();
            return true;
          });
      return true;
    } catch (Exception e) {
      if (e != failure) { // drivers have been seen to throw one exception twice
        failure.addSuppressed(e);
      }
      return false;
    }
  }

  /** Sends COMMIT, which is never cancelled. If the bound strikes, the connection goes. */
  private Commit send(Context bound) {
    Registration limit = bound.onDone(OwnThread::run, struck -> abort());
    try {
      return bound.withoutCancel().call(this::committed);
    } catch (Exception e) {
      boolean isAnswer = limit.stop() && e instanceof SQLException answer && !isLost(answer);
      return isAnswer && isRolledBack(bound.withoutCancel(), e)
          ? Commit.not(Outcome.ROLLED_BACK, e)
          : Commit.not(Outcome.UNKNOWN, unknown(e));
    } finally {
      limit.stop();
    }
  }

  private Commit committed() throws SQLException {
    transaction.commit();
    return Commit.committed();
  }

  private void abort() {
    try {
      transaction.abort(Runnable::run);
    } catch (SQLException | RuntimeException refused) {
      // Then the caller waits for the driver: nothing else frees its thread.
    }
  }

  private static boolean isLost(SQLException e) {
    String state = e.getSQLState();
    return e instanceof SQLNonTransientConnectionException
        || e instanceof SQLTransientConnectionException
        || e instanceof SQLRecoverableException
        || (state != null && (state.startsWith("08") || NOBODY_CAN_TELL.contains(state)));
  }

  private static SQLException unknown(Exception e) {
    return new SQLException(
        "not known whether it was committed: " + e.getMessage(), RESOLUTION_UNKNOWN, e);
  }
}
