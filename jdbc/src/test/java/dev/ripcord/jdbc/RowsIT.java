package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading rows, all at once and in portions of five, while the context ends. */
class RowsIT {
  private Connection connection;
  private int backend;

  @BeforeEach
  void connect() throws SQLException {
    connection = ContextDataSource.wrap(Postgres.plain()).getConnection();
    backend = Postgres.backend(connection);
    connection.setAutoCommit(false); // else PostgreSQL sends no portions
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
    Postgres.awaitActive(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void rows_endBetweenTwoOfThem(int fetchSize) throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      ResultSet rows = scope.context().call(() -> query(fetchSize, "generate_series(1, 20) i"));
      for (int i = 1; i <= 3; i++) {
        assertThat(rows.next()).isTrue();
      }
      scope.cancel();

      assertThatThrownBy(rows::next)
          .isInstanceOf(SQLException.class)
          .hasCauseInstanceOf(CanceledException.class);
      assertThat(rows.isClosed()).isFalse();
      assertThat(rows.getInt(1)).isEqualTo(3);
      rows.close();
    }
    // Nothing was cancelled on the server, so the transaction is in good health.
    assertThat(Postgres.backend(connection)).isPositive();
  }

  @Test
  void allRows_canBeRead() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      ResultSet rows = scope.context().call(() -> query(5, "generate_series(1, 5000) i"));
      int count = 0;
      while (rows.next()) {
        assertThat(rows.getInt("i")).isEqualTo(++count);
      }
      assertThat(count).isEqualTo(5000);
    }
  }

  @Test
  void fetchingMore_isCutOnTheServer() throws Exception {
    String slowFromTheSixth =
        "generate_series(1, 20) i,"
            + " lateral (select pg_sleep(case when i > 5 then 30 else 0 end)) s";
    try (CancelScope scope = Context.background().withCancel()) {
      ResultSet rows = scope.context().call(() -> query(5, slowFromTheSixth));
      for (int i = 1; i <= 5; i++) {
        assertThat(rows.next()).isTrue();
      }
      RunningSql<Boolean> running = RunningSql.start(Context.background(), rows::next);
      Postgres.awaitSleeping(backend);
      scope.cancel();
      assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
    }
    connection.rollback();
    assertThat(Postgres.backend(connection)).isPositive();
  }

  private ResultSet query(int fetchSize, String from) throws SQLException {
    Statement statement = connection.createStatement();
    statement.setFetchSize(fetchSize);
    return statement.executeQuery("select i from " + from);
  }
}
