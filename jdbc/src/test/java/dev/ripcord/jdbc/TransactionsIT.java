package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Transactions in which a statement was cut, on every database whose cancels are exact. */
class TransactionsIT {

  private static void createTable(Database database) throws SQLException {
    try (Connection connection = database.plain().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("drop table if exists parts");
      statement.execute("create table parts (id int primary key)");
    }
  }

  private static int count(Database database) throws SQLException {
    try (Connection connection = database.plain().getConnection()) {
      return count(connection);
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return Postgres.number(statement, "select count(*) from parts");
    }
  }

  private static int id(Database database, Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return Postgres.number(statement, database.id());
    }
  }

  private static int update(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  /** Inserts a row, and is cut in the statement after that. */
  private static void beginAndCut(Database database, Connection connection) throws SQLException {
    try (CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      RunningSql<?> running =
          RunningSql.start(
              scope.context(),
              () -> {
                connection.setAutoCommit(false);
                update(connection, "insert into parts values (1)");
                return statement.executeQuery(database.endless());
              });
      database.awaitExecuting(1);
      scope.cancel();
      assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
    }
    database.awaitExecuting(0);
  }

  @ParameterizedTest
  @EnumSource
  void rolledBack_theConnectionIsAsGoodAsNew(Database database) throws SQLException {
    createTable(database);
    try (HikariDataSource pool = database.pool(1)) {
      DataSource dataSource = ContextDataSource.wrap(pool);
      int id;
      try (Connection connection = dataSource.getConnection()) {
        id = id(database, connection);
        beginAndCut(database, connection);
        connection.rollback();
        assertThat(count(connection)).isZero();
        update(connection, "insert into parts values (2)");
        connection.commit();
      }
      try (Connection connection = dataSource.getConnection()) {
        assertThat(id(database, connection)).isEqualTo(id);
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(count(connection)).isEqualTo(1);
      }
    }
  }

  /** Pools that do not know our exceptions, and no pool at all. */
  static Stream<Arguments> ways() {
    Function<Database, DataSource> plain = Database::plain;
    return Stream.of(
        Arguments.of(Database.POSTGRES, plain),
        Arguments.of(Database.MARIADB, plain),
        Arguments.of(Database.H2, plain),
        Arguments.of(
            Database.H2,
            (Function<Database, DataSource>)
                h2 ->
                    JdbcConnectionPool.create((org.h2.jdbcx.JdbcDataSource) Database.H2.plain())));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void closedAsItIs_nothingOfItStays(Database database, Function<Database, DataSource> way)
      throws SQLException {
    createTable(database);
    DataSource dataSource = ContextDataSource.wrap(way.apply(database));
    try (Connection connection = dataSource.getConnection()) {
      beginAndCut(database, connection);
    }
    assertThat(count(database)).isZero();
    try (Connection connection = dataSource.getConnection()) {
      assertThat(update(connection, "insert into parts values (1)")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedToHikari_nothingOfItStays(Database database) throws SQLException {
    createTable(database);
    try (HikariDataSource pool = database.pool(1)) {
      DataSource dataSource = ContextDataSource.wrap(pool);
      try (Connection connection = dataSource.getConnection()) {
        beginAndCut(database, connection);
      }
      try (Connection connection = dataSource.getConnection()) {
        assertThat(count(connection)).isZero();
        assertThat(update(connection, "insert into parts values (1)")).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void toTheSavepoint_andOn(Database database) throws SQLException {
    createTable(database);
    try (Connection connection = ContextDataSource.wrap(database.plain()).getConnection()) {
      connection.setAutoCommit(false);
      update(connection, "insert into parts values (7)");
      Savepoint savepoint = connection.setSavepoint();
      beginAndCut(database, connection); // an optional part, with a time of its own
      connection.rollback(savepoint);
      connection.commit();
    }
    assertThat(count(database)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void autoCommitSwitchedOnAgain_commitsNothingOfIt(Database database) throws Exception {
    createTable(database);
    try (Connection connection = ContextDataSource.wrap(database.plain()).getConnection();
        CancelScope scope = Context.background().withCancel()) {
      beginAndCut(database, connection);
      scope.cancel();
      scope
          .context()
          .call(
              () -> {
                connection.setAutoCommit(true);
                return "as in a finally block";
              });
    }
    assertThat(count(database)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aBatch_isCut(Database database) throws SQLException {
    createTable(database);
    try (Connection connection = ContextDataSource.wrap(database.plain()).getConnection();
        CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.addBatch("insert into parts values (1)");
      statement.addBatch(
          "insert into parts select 2 from (select 1 as x) d where ("
              + database.endless()
              + ") is not null");
      statement.addBatch("insert into parts values (3)");
      RunningSql<?> running = RunningSql.start(scope.context(), statement::executeBatch);
      database.awaitExecuting(1);
      scope.cancel();
      assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
      connection.rollback();
    }
    assertThat(count(database)).isZero();
  }
}
