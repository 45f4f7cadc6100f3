package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's ways with a data source: templates, transactions, and its own proxies over ours. */
class SpringIT {
  private static final Map<Database, HikariDataSource> POOLS = new EnumMap<>(Database.class);

  /** With a pool of one connection: whoever leaves it unclean or keeps it fails the next test. */
  private static DataSource of(Database database) {
    return ContextDataSource.wrap(POOLS.computeIfAbsent(database, absent -> absent.pool(1)));
  }

  @AfterAll
  static void close() {
    POOLS.values().forEach(HikariDataSource::close);
  }

  private static void createTable(DataSource dataSource) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    jdbc.execute("drop table if exists spring_parts");
    jdbc.execute("create table spring_parts (id int primary key)");
  }

  private static int count(DataSource dataSource) {
    return new JdbcTemplate(dataSource)
        .queryForObject("select count(*) from spring_parts", Integer.class);
  }

  /** Runs {@code work} until the database executes, and ends its context; what it has thrown. */
  private static Exception cut(Database database, Runnable work) throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      Exception[] thrown = {null};
      RunningSql<?> running =
          RunningSql.start(
              scope.context(),
              () -> {
                try {
                  work.run();
                } catch (RuntimeException e) {
                  thrown[0] = e;
                }
                return thrown;
              });
      database.awaitExecuting(1);
      scope.cancel();
      running.result();
      return thrown[0];
    }
  }

  private static void assertCut(Exception e) {
    assertThat(e).isInstanceOf(DataAccessException.class);
    assertThat(NestedExceptionUtils.getRootCause(e)).isInstanceOf(CanceledException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aTemplatesQuery_isCut(Database database) throws Exception {
    JdbcTemplate jdbc = new JdbcTemplate(of(database));
    assertCut(cut(database, () -> jdbc.queryForList(database.endless())));
    String prepared =
        "select x from (select 1 as x) d where (" + database.endless() + ") is not null and x = ?";
    assertCut(cut(database, () -> jdbc.queryForList(prepared, 1)));
    assertThat(jdbc.queryForObject("select 42", Integer.class)).isEqualTo(42);
  }

  @ParameterizedTest
  @EnumSource
  void aStream_endsBetweenTwoRows(Database database) throws Exception {
    JdbcTemplate jdbc = new JdbcTemplate(of(database));
    jdbc.setFetchSize(10);
    try (CancelScope scope = Context.background().withCancel()) {
      List<Long> seen = new ArrayList<>();
      Exception e =
          RunningSql.start(
                  scope.context(),
                  () -> {
                    try (Stream<Long> rows =
                        jdbc.queryForStream(
                            database.numbers(100_000), (row, index) -> row.getLong(1))) {
                      rows.forEach(
                          number -> {
                            seen.add(number);
                            if (number == 25) {
                              scope.cancel();
                            }
                          });
                      return null;
                    } catch (DataAccessException cut) {
                      return cut;
                    }
                  })
              .result();
      assertCut(e);
      assertThat(seen).hasSize(25);
    }
    assertThat(jdbc.queryForObject("select 42", Integer.class)).isEqualTo(42);
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionInWhichSomethingIsCut_isRolledBack(Database database) throws Exception {
    DataSource dataSource = of(database);
    createTable(dataSource);
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    TransactionTemplate transaction =
        new TransactionTemplate(new JdbcTransactionManager(dataSource));
    Exception e =
        cut(
            database,
            () ->
                transaction.executeWithoutResult(
                    status -> {
                      jdbc.update("insert into spring_parts values (1)");
                      jdbc.queryForList(database.endless());
                    }));
    assertCut(e);
    assertThat(count(dataSource)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aTransactionWhoseContextHasEnded_isNotCommitted(Database database) throws Exception {
    DataSource dataSource = of(database);
    createTable(dataSource);
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    TransactionTemplate transaction =
        new TransactionTemplate(new JdbcTransactionManager(dataSource));
    try (CancelScope scope = Context.background().withCancel()) {
      scope
          .context()
          .run(
              () ->
                  assertThatThrownBy(
                          () ->
                              transaction.executeWithoutResult(
                                  status -> {
                                    jdbc.update("insert into spring_parts values (1)");
                                    scope.cancel();
                                  }))
                      .isInstanceOfAny(DataAccessException.class, TransactionException.class)
                      .hasRootCauseInstanceOf(CanceledException.class));
    }
    assertThat(count(dataSource)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void throughATransactionAwareProxy_plainJdbcJoinsAndIsCut(Database database) throws Exception {
    DataSource dataSource = of(database);
    createTable(dataSource);
    DataSource aware = new TransactionAwareDataSourceProxy(dataSource);
    TransactionTemplate transaction =
        new TransactionTemplate(new JdbcTransactionManager(dataSource));
    Exception e =
        cut(
            database,
            () ->
                transaction.executeWithoutResult(
                    status -> {
                      new JdbcTemplate(dataSource).update("insert into spring_parts values (1)");
                      new JdbcTemplate(aware).queryForList(database.endless()); // same connection
                    }));
    assertCut(e);
    assertThat(count(dataSource)).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void throughALazyProxy_statementsAreCut(Database database) throws Exception {
    DataSource dataSource = of(database);
    LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(dataSource);
    JdbcTemplate jdbc = new JdbcTemplate(lazy);
    TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(lazy));
    Exception e =
        cut(
            database,
            () ->
                transaction.executeWithoutResult(status -> jdbc.queryForList(database.endless())));
    assertCut(e);
    assertThat(jdbc.queryForObject("select 42", Integer.class)).isEqualTo(42);
  }

  /** The other way round: what looks at its thread is asked by the thread that wants to know. */
  @ParameterizedTest
  @EnumSource
  void aroundATransactionAwareProxy_theTransactionIsJoined(Database database) throws Exception {
    HikariDataSource pool = of(database).unwrap(HikariDataSource.class);
    DataSource outside = ContextDataSource.wrap(new TransactionAwareDataSourceProxy(pool));
    TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
    Exception e =
        cut(
            database,
            () ->
                transaction.executeWithoutResult(
                    status -> new JdbcTemplate(outside).queryForList(database.endless())));
    assertCut(e);
    try (Connection connection = outside.getConnection()) {
      assertThat(DriverCancel.of(connection)).isNotInstanceOf(BestEffortCancel.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void springsProxies_seeThroughOurs(Database database) throws SQLException {
    DataSource dataSource = of(database);
    TransactionAwareDataSourceProxy aware = new TransactionAwareDataSourceProxy(dataSource);
    assertThat(aware.isWrapperFor(HikariDataSource.class)).isTrue();
    assertThat(aware.unwrap(HikariDataSource.class)).isSameAs(POOLS.get(database));
    try (Connection connection = aware.getConnection()) {
      assertThat(connection.isWrapperFor(Connection.class)).isTrue();
      Connection target = DataSourceUtils.getTargetConnection(connection);
      assertThat(target).isNotSameAs(connection);
      assertThat(DriverCancel.of(target)).isNotInstanceOf(BestEffortCancel.class);
    }
  }
}
