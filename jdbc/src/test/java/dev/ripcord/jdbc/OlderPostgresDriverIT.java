package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Drivers that do not tell the state of their transaction while they execute. */
class OlderPostgresDriverIT {
  private Connection connection;
  private BaseConnection postgres;
  private PostgresCancel cancel;

  @BeforeEach
  void connect() throws SQLException {
    connection = Postgres.plain().getConnection();
    postgres = connection.unwrap(BaseConnection.class);
    cancel = new PostgresCancel(connection, postgres, false);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
  }

  @Test
  void theTransaction_isOpenedBeforehand_andMayStillGetItsProperties() throws SQLException {
    connection.setAutoCommit(false);
    cancel.prepare();
    assertThat(postgres.getTransactionState()).isEqualTo(TransactionState.OPEN);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level serializable, read only");
    }
  }

  @Test
  void withAutoCommit_thereIsNone() throws SQLException {
    cancel.prepare();
    assertThat(postgres.getTransactionState()).isEqualTo(TransactionState.IDLE);
  }
}
