package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Reason;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** Statements of every sort against PostgreSQL, on a pool of one connection. */
class StatementsIT {
  private HikariDataSource pool;
  private DataSource dataSource;
  private Connection connection;
  private int backend;

  @BeforeEach
  void connect() throws SQLException {
    pool = Postgres.pool(1);
    dataSource = ContextDataSource.wrap(pool);
    connection = dataSource.getConnection();
    backend = Postgres.backend(connection);
    update("drop table if exists t");
    update("create table t (id serial primary key, n int)");
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
    assertThat(Postgres.active()).isZero();
    pool.close();
  }

  interface Execution {
    Object on(Connection connection) throws SQLException;
  }

  record Way(String name, Execution execution) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> ways() {
    String sleep = "select pg_sleep(30)";
    String update = "update t set n = 1 where pg_sleep(30) is null or true";
    String block = "do $$ begin perform pg_sleep(30); end $$";
    return Stream.of(
        new Way("executeQuery", c -> c.createStatement().executeQuery(sleep)),
        new Way("execute", c -> c.createStatement().execute(sleep)),
        new Way("executeUpdate", c -> c.createStatement().executeUpdate(block)),
        new Way("executeLargeUpdate", c -> c.createStatement().executeLargeUpdate(block)),
        new Way("batch", StatementsIT::batch),
        new Way("prepared executeQuery", c -> c.prepareStatement(sleep).executeQuery()),
        new Way("prepared execute", c -> c.prepareStatement(sleep).execute()),
        new Way("prepared executeUpdate", c -> c.prepareStatement(block).executeUpdate()),
        new Way("prepared batch", StatementsIT::preparedBatch),
        new Way("callable", c -> c.prepareCall("{call pg_sleep(30)}").execute()),
        new Way(
            "generated keys",
            c ->
                c.createStatement()
                    .executeUpdate(
                        "insert into t (n) select 1 where pg_sleep(30) is not null",
                        Statement.RETURN_GENERATED_KEYS)));
  }

  private static int[] batch(Connection connection) throws SQLException {
    Statement statement = connection.createStatement();
    statement.addBatch("insert into t (n) values (1)");
    statement.addBatch("do $$ begin perform pg_sleep(30); end $$");
    statement.addBatch("insert into t (n) values (2)");
    return statement.executeBatch();
  }

  private static int[] preparedBatch(Connection connection) throws SQLException {
    PreparedStatement statement =
        connection.prepareStatement(
            "insert into t (n) select ? where pg_sleep(case when ? = 7 then 30 else 0 end)"
                + " is not null");
    for (int n = 0; n < 10; n++) {
      statement.setInt(1, n);
      statement.setInt(2, n);
      statement.addBatch();
    }
    return statement.executeBatch();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aRunningStatement_endsWithItsContext(Way way) throws SQLException {
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<?> running =
          RunningSql.start(scope.context(), () -> way.execution().on(connection));
      Postgres.awaitActive(1);
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));

      SQLException cut = running.failure();
      assertThat(cut.getSQLState()).isEqualTo("57014");
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
      assertThat(((ContextException) cut.getCause()).cancellation())
          .isSameAs(scope.context().cancellation());
      assertThat(cut.getSuppressed()).hasSize(1);
      assertThat((Throwable) cut).hasMessageContaining("pressed cancel");
    }
    assertThat(Postgres.active()).isZero();
    assertThat(Postgres.backend(connection)).isEqualTo(backend);
    assertThat(count()).isZero();
  }

  @Test
  void aStruckDeadline_isATimeout() throws SQLException {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(100))) {
      SQLException cut = RunningSql.start(scope.context(), this::sleep).failure();
      assertThat((Throwable) cut).isInstanceOf(SQLTimeoutException.class);
      assertThat(cut.getSQLState()).isEqualTo("57014");
      assertThat(cut.getCause()).isInstanceOf(DeadlineExceededException.class);
      assertThat(cut.getSuppressed()[0]).isInstanceOf(PSQLException.class);
    }
    assertThat(Postgres.backend(connection)).isEqualTo(backend);
  }

  @Test
  void underADoneContext_nothingIsSent() throws SQLException {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel(Reason.ADMIN);
      SQLException cut =
          RunningSql.start(scope.context(), () -> update("insert into t (n) values (1)")).failure();
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
      assertThat(cut.getSuppressed()).isEmpty();
    }
    assertThat(count()).isZero();
  }

  @Test
  void aDetachedContext_survives() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<Integer> running =
          RunningSql.start(
              scope.context().withoutCancel(),
              () -> update("insert into t (n) select 1 where pg_sleep(0.2) is not null"));
      Postgres.awaitActive(1);
      scope.cancel();
      assertThat(running.result()).isEqualTo(1);
    }
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void aFailureOfItsOwn_staysWhatItIs() {
    try (CancelScope scope = Context.background().withCancel()) {
      SQLException failure =
          RunningSql.start(scope.context(), () -> update("select nonsense")).failure();
      assertThat((Throwable) failure).isInstanceOf(PSQLException.class);
      assertThat(failure.getSQLState()).isEqualTo("42703");
    }
  }

  @Test
  void somebodyElsesCancel_isNotOurs() {
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<?> running = RunningSql.start(scope.context(), this::sleep);
      Postgres.awaitActive(1);
      terminate("pg_cancel_backend");
      SQLException failure = running.failure();
      assertThat((Throwable) failure).isInstanceOf(PSQLException.class);
      assertThat(failure.getSQLState()).isEqualTo("57014");
    }
  }

  @Test
  void aStatement_canBeUsedAgainAfterItWasCut() throws Exception {
    PreparedStatement statement = connection.prepareStatement("select pg_sleep(?), 42");
    try (CancelScope scope = Context.background().withCancel()) {
      statement.setDouble(1, 30);
      RunningSql<?> running = RunningSql.start(scope.context(), statement::executeQuery);
      Postgres.awaitActive(1);
      scope.cancel();
      running.failure();
    }
    try (CancelScope scope = Context.background().withCancel()) {
      statement.setDouble(1, 0);
      ResultSet rows = scope.context().call(statement::executeQuery);
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(2)).isEqualTo(42);
    }
  }

  @Test
  void inATransaction_theRestIsRefusedUntilRollback() throws SQLException {
    connection.setAutoCommit(false);
    update("insert into t (n) values (1)");
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<?> running = RunningSql.start(scope.context(), this::sleep);
      Postgres.awaitActive(1);
      scope.cancel();
      running.failure();

      assertThatThrownBy(this::count)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
      scope.context().run(this::rollback); // works under the ended context
    }
    assertThat(count()).isZero();
    connection.commit();
    connection.setAutoCommit(true);
    assertThat(Postgres.backend(connection)).isEqualTo(backend);
  }

  @Test
  void theFirstStatementOfATransaction_mayStillSetItsProperties() throws Exception {
    connection.setAutoCommit(false);
    try (CancelScope scope = Context.background().withCancel()) {
      String level =
          scope
              .context()
              .call(
                  () -> {
                    Statement statement = connection.createStatement();
                    statement.execute("set transaction isolation level serializable, read only");
                    ResultSet rows = statement.executeQuery("show transaction_isolation");
                    rows.next();
                    return rows.getString(1);
                  });
      assertThat(level).isEqualTo("serializable");
    }
    connection.rollback();
  }

  @Test
  void aCommitUnderADoneContext_rollsBack() throws SQLException {
    connection.setAutoCommit(false);
    try (CancelScope scope = Context.background().withCancel()) {
      update("insert into t (n) values (1)");
      scope.cancel();
      SQLException cut =
          RunningSql.start(
                  scope.context(),
                  () -> {
                    connection.commit();
                    return "committed";
                  })
              .failure();
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
      assertThat(cut.getSuppressed()).isEmpty();
    }
    connection.setAutoCommit(true); // would commit what is still open
    assertThat(count()).isZero();
  }

  /** PostgreSQL rolls back then, and calls it a success. */
  @Test
  void aCommitAfterACut_doesNotSeemToHappen() throws SQLException {
    connection.setAutoCommit(false);
    update("insert into t (n) values (1)");
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<?> running = RunningSql.start(scope.context(), this::sleep);
      Postgres.awaitActive(1);
      scope.cancel();
      running.failure();
    }
    assertThatThrownBy(connection::commit)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
    assertThat(count()).isZero(); // and the transaction after it works
    connection.commit();
    connection.setAutoCommit(true);
  }

  @Test
  void aCommitThatWasSent_isNotCancelled() throws Exception {
    // The deferred check makes COMMIT itself take its time.
    update(
        "create or replace function slow() returns trigger language plpgsql as"
            + " $$ begin perform pg_sleep(0.3); return null; end $$");
    update(
        "create constraint trigger slow after insert on t deferrable initially deferred"
            + " for each row execute function slow()");
    connection.setAutoCommit(false);
    update("insert into t (n) values (1)");
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<String> running =
          RunningSql.start(
              scope.context(),
              () -> {
                connection.commit();
                return "committed";
              });
      Postgres.awaitActive(1);
      scope.cancel();
      assertThat(running.result()).isEqualTo("committed");
    }
    connection.setAutoCommit(true);
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void generatedKeys_canBeReadAfterTheEnd() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      Statement statement = connection.createStatement();
      scope
          .context()
          .call(
              () ->
                  statement.executeUpdate(
                      "insert into t (n) values (1)", Statement.RETURN_GENERATED_KEYS));
      scope.cancel();
      try (ResultSet keys = statement.getGeneratedKeys()) {
        assertThat(keys.next()).isTrue();
        assertThat(keys.getInt(1)).isPositive();
      }
    }
  }

  @Test
  void aQueryOfTheMetaData_endsWithItsContext() throws SQLException {
    try (Connection other = Postgres.plain().getConnection();
        CancelScope scope = Context.background().withCancel()) {
      other.setAutoCommit(false);
      other.createStatement().execute("lock table pg_catalog.pg_description");
      RunningSql<?> running =
          RunningSql.start(
              scope.context(), () -> connection.getMetaData().getTables(null, null, "t", null));
      Postgres.awaitActive(2); // the lock's transaction, and who waits for it
      scope.cancel();
      assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
      other.rollback();
    }
  }

  @Test
  void aThreadThatSharesTheConnection_isNotHit() throws Exception {
    try (CancelScope first = Context.background().withCancel();
        CancelScope second = Context.background().withCancel()) {
      RunningSql<Integer> running =
          RunningSql.start(
              first.context(),
              () -> update("insert into t (n) select 1 where pg_sleep(0.3) is not null"));
      Postgres.awaitActive(1);
      RunningSql<?> waiting = RunningSql.start(second.context(), this::sleep);
      second.cancel();
      assertThat(running.result()).isEqualTo(1);
      assertThat(waiting.failure().getCause()).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  void theDriversOwnObjects_areReachedOnlyOnPurpose() throws SQLException {
    Statement statement = connection.createStatement();
    CallableStatement callable = connection.prepareCall("select 1");
    ResultSet rows = statement.executeQuery("select 1");

    assertThat(statement.getConnection()).isSameAs(connection);
    assertThat(callable.getConnection()).isSameAs(connection);
    assertThat(rows.getStatement()).isSameAs(statement);
    assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
    assertThat(connection.getMetaData().getTypeInfo().getStatement().getConnection())
        .isSameAs(connection);
    assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
    assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
    assertThat(rows.unwrap(ResultSet.class)).isSameAs(rows);
    assertThat(dataSource.unwrap(DataSource.class)).isSameAs(dataSource);

    assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
    assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isEqualTo(backend);
    assertThat(connection.isWrapperFor(HikariDataSource.class)).isFalse();
    assertThat(dataSource.unwrap(HikariDataSource.class)).isSameAs(pool);
    assertThat(statement).isEqualTo(statement).isNotEqualTo(callable).hasSameHashCodeAs(statement);
  }

  @Test
  void rowsOfACursor_areWrappedToo() throws SQLException {
    connection.setAutoCommit(false);
    update(
        "create or replace function numbers() returns refcursor language plpgsql as"
            + " $$ declare c refcursor := 'c'; begin open c for select 1; return c; end $$");
    ResultSet cursors = connection.createStatement().executeQuery("select numbers()");
    assertThat(cursors.next()).isTrue();
    ResultSet rows = (ResultSet) cursors.getObject(1);
    assertThat(rows.getStatement().getConnection()).isSameAs(connection);
    connection.rollback();
  }

  private Object sleep() throws SQLException {
    return connection.createStatement().executeQuery("select pg_sleep(30)");
  }

  private int update(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }

  private int count() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return Postgres.number(statement, "select count(*) from t");
    }
  }

  private void rollback() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private void terminate(String function) {
    try (Connection other = Postgres.plain().getConnection();
        Statement statement = other.createStatement()) {
      statement.execute("select " + function + "(" + backend + ")");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
