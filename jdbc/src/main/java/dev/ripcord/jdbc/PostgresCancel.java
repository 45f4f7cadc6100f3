package dev.ripcord.jdbc;

import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.core.TransactionState;

/**
 * PostgreSQL: a cancel request for the connection's backend. It returns when the server has
 * signalled the backend, so one that is sent while an execution is held open cannot hit what comes
 * after it. {@code Statement.cancel()} would send only the first of several.
 *
 * <p>Without auto-commit the driver sends a BEGIN of its own ahead of the first statement. A cancel
 * that hits it leaves the statement outside any transaction: committed, although its caller is told
 * that it was cancelled. So no cancel is sent until the driver has seen its transaction open; older
 * drivers do not tell while they execute, and get it opened beforehand.
 */
final class PostgresCancel implements DriverCancel {
  /** Whether another thread can ask for the state of the transaction without waiting. */
  private static final boolean TELLS_STATE = tellsState();

  private final Connection connection; // as the pool sees it: it must notice that we use it
  private final BaseConnection postgres;
  private final boolean tellsState;

  PostgresCancel(Connection connection, BaseConnection postgres, boolean tellsState) {
    this.connection = connection;
    this.postgres = postgres;
    this.tellsState = tellsState;
  }

  /** Null if {@code connection} is not PostgreSQL's. */
  static @Nullable PostgresCancel ofPostgres(Connection connection) throws SQLException {
    if (!connection.isWrapperFor(BaseConnection.class)) {
      return null;
    }
    BaseConnection postgres = connection.unwrap(BaseConnection.class);
    return new PostgresCancel(connection, postgres, TELLS_STATE);
  }

  private static boolean tellsState() {
    try {
      return Modifier.isVolatile(
          QueryExecutorBase.class.getDeclaredField("transactionState").getModifiers());
    } catch (NoSuchFieldException unknown) {
      return false;
    }
  }

  @Override
  public void prepare() throws SQLException {
    if (!tellsState && isBeforeTransaction()) {
      // SHOW, because unlike a query it takes no snapshot: a SET TRANSACTION may still follow.
      try (Statement opening = connection.createStatement()) {
        opening.execute("SHOW transaction_isolation");
      }
    }
  }

  @Override
  public void cancel(@Nullable Statement executing) throws SQLException {
    if (!tellsState || !isBeforeTransaction()) {
      postgres.cancelQuery();
    }
  }

  @Override
  public boolean isTransactionLost() {
    return postgres.getTransactionState() == TransactionState.FAILED;
  }

  private boolean isBeforeTransaction() throws SQLException {
    return !postgres.getAutoCommit() && postgres.getTransactionState() == TransactionState.IDLE;
  }
}
