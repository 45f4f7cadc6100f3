package dev.ripcord.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * PostgreSQL: a cancel request for the connection's backend. It returns when the server has
 * signalled the backend, so one that is sent while an execution is held open cannot hit what comes
 * after it. {@code Statement.cancel()} would send only the first of several.
 */
final class PostgresCancel implements DriverCancel {
  private final Connection connection; // as the pool sees it: it must notice that we use it
  private final BaseConnection postgres;

  private PostgresCancel(Connection connection, BaseConnection postgres) {
    this.connection = connection;
    this.postgres = postgres;
  }

  /** Null if {@code connection} is not PostgreSQL's. */
  static @Nullable PostgresCancel ofPostgres(Connection connection) throws SQLException {
    if (connection instanceof BaseConnection postgres) {
      return new PostgresCancel(connection, postgres);
    }
    return connection.isWrapperFor(BaseConnection.class)
        ? new PostgresCancel(connection, connection.unwrap(BaseConnection.class))
        : null;
  }

  @Override
  public void cancel(@Nullable Statement executing) throws SQLException {
    postgres.cancelQuery();
  }

  /**
   * Opens the transaction that the driver would otherwise open together with the first statement. A
   * cancel that hits the driver's BEGIN leaves the statement outside any transaction, committed
   * although its caller is told that it was cancelled. SHOW, because unlike a query it takes no
   * snapshot: a SET TRANSACTION may still follow.
   */
  @Override
  public void prepare() throws SQLException {
    if (postgres.getAutoCommit() || postgres.getTransactionState() != TransactionState.IDLE) {
      return;
    }
    try (Statement opening = connection.createStatement()) {
      opening.execute("SHOW transaction_isolation");
    }
  }
}
