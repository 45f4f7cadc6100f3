package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.jdbc.Commit.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shielded commits on real servers; in PostgreSQL, COMMIT takes as long as a trigger likes. */
class CommitIT {
  private static final Duration LONG = Duration.ofSeconds(30);

  private HikariDataSource pool;
  private DataSource dataSource;
  private Connection connection;
  private int backend;

  @BeforeEach
  void begin() throws SQLException {
    pool = Postgres.pool(1);
    dataSource = ContextDataSource.wrap(pool);
    connection = dataSource.getConnection();
    backend = Postgres.backend(connection);
    execute("drop table if exists slow");
    execute("create table slow (seconds float)");
    execute(
        "create or replace function slow() returns trigger language plpgsql as"
            + " $$ begin perform pg_sleep(new.seconds);"
            + " if new.seconds = 0 then raise exception 'refused' using errcode = '23514'; end if;"
            + " return null; end $$");
    execute(
        "create constraint trigger slow after insert on slow"
            + " deferrable initially deferred for each row execute function slow()");
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    pool.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int rows() throws SQLException {
    try (Connection other = Postgres.plain().getConnection();
        Statement statement = other.createStatement()) {
      return Postgres.number(statement, "select count(*) from slow");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionIsCommitted_thoughItsContextEnds(Database database) throws SQLException {
    try (HikariDataSource own = database.pool(1);
        Connection transaction = ContextDataSource.wrap(own).getConnection();
        CancelScope scope = Context.background().withCancel();
        Statement statement = transaction.createStatement()) {
      statement.execute("drop table if exists last_words");
      statement.execute("create table last_words (id int)");
      transaction.setAutoCommit(false);
      Commit commit =
          Commit.shield(
              scope.context(),
              LONG,
              transaction,
              c -> {
                scope.cancel();
                statement.execute("insert into last_words values (1)");
              });
      assertThat(commit.outcome()).isEqualTo(Outcome.COMMITTED);
      assertThat(Postgres.number(statement, "select count(*) from last_words")).isEqualTo(1);
    }
  }

  @Test
  void aCommitUnderWay_isNotDisturbed() throws Exception {
    execute("insert into slow values (0.3)");
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<Commit> running =
          RunningSql.start(scope.context(), () -> Commit.shield(scope.context(), LONG, connection));
      Postgres.awaitSleeping(backend);
      scope.cancel();
      assertThat(running.result().outcome()).isEqualTo(Outcome.COMMITTED);
    }
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void aRefusedCommit_isRolledBack() throws SQLException {
    execute("insert into slow values (0)");
    Commit commit = Commit.shield(Context.background(), LONG, connection);
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(commit.failure()).hasMessageContaining("refused");
    assertThat(rows()).isZero();
    assertThat(Postgres.backend(connection)).isPositive();
  }

  @Test
  void aTransactionThatHasFailed_isRolledBack() throws SQLException {
    execute("insert into slow values (0.1)");
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<Object> cut =
          RunningSql.start(
              scope.context(),
              () -> connection.createStatement().executeQuery("select pg_sleep(30)"));
      Postgres.awaitSleeping(backend);
      scope.cancel();
      cut.failure();
    }
    Commit commit = Commit.shield(Context.background(), LONG, connection);
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(rows()).isZero();
  }

  @Test
  void aServerThatGoesAway_leavesTheOutcomeUnknown() throws Exception {
    execute("insert into slow values (30)");
    RunningSql<Commit> running =
        RunningSql.start(
            Context.background(), () -> Commit.shield(Context.background(), LONG, connection));
    Postgres.awaitSleeping(backend);
    try (Connection other = Postgres.plain().getConnection();
        Statement statement = other.createStatement()) {
      statement.execute("select pg_terminate_backend(" + backend + ")");
    }
    assertThat(running.result().outcome()).isEqualTo(Outcome.UNKNOWN);
    assertAnotherConnection();
  }

  /** The bound strikes while COMMIT is under way, which then succeeds: nobody could know. */
  @Test
  void aBoundThatStrikes_leavesTheOutcomeUnknown() throws Exception {
    execute("insert into slow values (2)");
    Commit commit = Commit.shield(Context.background(), Duration.ofMillis(300), connection);
    assertThat(commit.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertAnotherConnection();
    await().until(() -> rows() == 1);
  }

  private void assertAnotherConnection() throws SQLException {
    connection.close();
    try (Connection next = dataSource.getConnection()) {
      assertThat(Postgres.backend(next)).isNotEqualTo(backend);
    }
  }
}
