package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is MariaDB's own: statements that go on while their rows are read, among others. */
class MariaDbIT {
  private HikariDataSource pool;
  private Connection connection;
  private int id;

  @BeforeEach
  void connect() throws SQLException {
    pool = Database.MARIADB.pool(1);
    connection = ContextDataSource.wrap(pool).getConnection();
    try (Statement statement = connection.createStatement()) {
      id = Postgres.number(statement, Database.MARIADB.id());
    }
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
    pool.close();
    Database.MARIADB.awaitExecuting(0);
  }

  private void assertSameConnection() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThat(Postgres.number(statement, Database.MARIADB.id())).isEqualTo(id);
    }
  }

  @Test
  void itsStrategy_isItsOwn() throws SQLException {
    assertThat(DriverCancel.of(connection)).isInstanceOf(MariaDbCancel.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRunningStatement_endsWithItsContext(boolean prepared) throws SQLException {
    String sql = Database.MARIADB.endless();
    try (CancelScope scope = Context.background().withCancel();
        Statement plain = connection.createStatement();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      RunningSql<?> running =
          RunningSql.start(
              scope.context(), () -> prepared ? statement.executeQuery() : plain.executeQuery(sql));
      Database.MARIADB.awaitExecuting(1);
      scope.cancel();
      SQLException cut = running.failure();
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
      assertThat(cut.getErrorCode()).isEqualTo(1317); // query execution was interrupted
    }
    assertSameConnection();
  }

  @Test
  void aStruckDeadline_isATimeout() throws SQLException {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(200));
        Statement statement = connection.createStatement()) {
      SQLException cut =
          RunningSql.start(
                  scope.context(), () -> statement.executeQuery(Database.MARIADB.endless()))
              .failure();
      assertThat((Throwable) cut).isInstanceOf(SQLTimeoutException.class);
      assertThat(cut.getCause()).isInstanceOf(DeadlineExceededException.class);
    }
    assertSameConnection();
  }

  /** Some gigabytes of rows, of which some are read. */
  private ResultSet stream(Statement statement, Context context) throws Exception {
    statement.setFetchSize(10);
    ResultSet rows =
        context.call(() -> statement.executeQuery("select seq from seq_1_to_1000000000"));
    for (int i = 1; i <= 25; i++) {
      assertThat(rows.next()).isTrue();
    }
    return rows;
  }

  @Test
  void theServerStops_whileNobodyAsksForARow() throws Exception {
    try (CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      ResultSet rows = stream(statement, scope.context());
      Database.MARIADB.awaitExecuting(1);
      scope.cancel();
      Database.MARIADB.awaitExecuting(0);
      assertThat(rows.getInt(1)).isEqualTo(25);
      assertThatThrownBy(rows::next).hasCauseInstanceOf(CanceledException.class);
      rows.close();
    }
    assertSameConnection();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsNotReadToItsEnd_isClosedAtOnce(boolean byItsStatement) throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      Statement statement = connection.createStatement();
      ResultSet rows = stream(statement, scope.context());
      scope.cancel();
      if (byItsStatement) {
        statement.close();
      } else {
        rows.close();
      }
    }
    assertSameConnection();
  }

  @Test
  void whoeverReads_isCut() throws Exception {
    try (CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      ResultSet rows = stream(statement, scope.context());
      RunningSql<?> reading =
          RunningSql.start(
              scope.context(),
              () -> {
                int count = 0;
                while (rows.next()) {
                  count++;
                }
                return count;
              });
      scope.cancel();
      assertThat(reading.failure().getCause()).isInstanceOf(CanceledException.class);
    }
    assertSameConnection();
  }

  /** A cancel for rows is under way while their transaction commits. */
  @Test
  void theCancelOfRows_doesNotHitTheCommit() throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists read_on (n int)");
      statement.execute("delete from read_on");
    }
    connection.setAutoCommit(false);
    Random random = new Random(1);
    int rounds = 100;
    for (int i = 0; i < rounds; i++) {
      try (CancelScope scope =
              Context.background().withTimeout(Duration.ofNanos(random.nextInt(2_000_000)));
          Statement statement = connection.createStatement();
          Statement insert = connection.createStatement()) {
        insert.executeUpdate("insert into read_on values (1)");
        readSome(statement, scope.context());
        connection.commit();
      }
    }
    try (Statement statement = connection.createStatement()) {
      assertThat(Postgres.number(statement, "select count(*) from read_on")).isEqualTo(rounds);
    }
    connection.commit();
  }

  private static void readSome(Statement statement, Context context) throws Exception {
    statement.setFetchSize(10);
    try (ResultSet rows =
        context.call(() -> statement.executeQuery("select seq from seq_1_to_1000"))) {
      while (rows.next()) {
        assertThat(rows.getInt(1)).isPositive();
      }
    } catch (SQLException e) {
      assertThat(e.getCause()).isInstanceOf(DeadlineExceededException.class);
    }
  }
}
