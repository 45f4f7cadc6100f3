package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** When a cancel request may be sent, by what the driver tells of its transaction. */
class PostgresCancelTest {
  private boolean autoCommit;
  private TransactionState state = TransactionState.IDLE;
  private final List<String> sent = new ArrayList<>();

  private final BaseConnection postgres =
      (BaseConnection)
          Proxy.newProxyInstance(
              BaseConnection.class.getClassLoader(),
              new Class<?>[] {BaseConnection.class},
              (self, method, args) ->
                  switch (method.getName()) {
                    case "getAutoCommit" -> autoCommit;
                    case "getTransactionState" -> state;
                    case "cancelQuery" -> sent.add("cancel") ? null : null;
                    default -> throw new AssertionError(method);
                  });
  private final PostgresCancel cancel = new PostgresCancel(postgres, postgres, true);

  @Test
  void itWaitsForTheDriversBegin() throws SQLException {
    cancel.cancel(null);
    assertThat(sent).isEmpty();
    state = TransactionState.OPEN;
    cancel.cancel(null);
    assertThat(sent).containsExactly("cancel");
  }

  @Test
  void withAutoCommit_thereIsNoBegin() throws SQLException {
    autoCommit = true;
    cancel.cancel(null);
    assertThat(sent).containsExactly("cancel");
  }

  @Test
  void nothingIsSentBeforehand() throws SQLException {
    cancel.prepare(); // or the connection would have been asked for a statement
    assertThat(sent).isEmpty();
  }
}
