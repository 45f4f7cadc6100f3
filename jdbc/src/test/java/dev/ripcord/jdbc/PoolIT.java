package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for HikariCP's connections when all of them are taken. */
class PoolIT {
  private HikariDataSource pool;
  private DataSource dataSource;
  private final List<Connection> taken = new ArrayList<>();

  @BeforeEach
  void takeAll() throws SQLException {
    pool = Postgres.pool(4);
    dataSource = ContextDataSource.wrap(pool);
    for (int i = 0; i < 4; i++) {
      taken.add(dataSource.getConnection());
    }
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private HikariPoolMXBean state() {
    return pool.getHikariPoolMXBean();
  }

  private void giveBackAll() throws SQLException {
    for (Connection connection : taken) {
      connection.close();
    }
  }

  @Test
  void aCancel_endsTheWait_andNothingLeaks() throws Exception {
    Set<Integer> before = Set.copyOf(pids());
    try (CancelScope scope = Context.background().withCancel()) {
      List<RunningSql<Connection>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(RunningSql.start(scope.context(), dataSource::getConnection));
      }
      await().until(() -> state().getThreadsAwaitingConnection() == 20);
      scope.cancel();
      for (RunningSql<Connection> one : waiting) {
        assertThat(one.failure().getCause()).isInstanceOf(CanceledException.class);
      }
    }
    giveBackAll();
    await().until(() -> state().getThreadsAwaitingConnection() == 0);
    await().until(() -> state().getIdleConnections() == 4);
    assertThat(Postgres.backends(pool)).isEqualTo(before);
  }

  private List<Integer> pids() throws SQLException {
    List<Integer> pids = new ArrayList<>();
    for (Connection connection : taken) {
      pids.add(Postgres.backend(connection));
    }
    return pids;
  }

  @Test
  void aDeadline_endsTheWait() throws Exception {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(100))) {
      assertThat(RunningSql.start(scope.context(), dataSource::getConnection).failure().getCause())
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  void whoeverStillWaits_getsWhatComesBack() throws Exception {
    try (CancelScope scope = Context.background().withCancel();
        CancelScope impatient = scope.context().withCancel()) {
      RunningSql<Connection> first =
          RunningSql.start(impatient.context(), dataSource::getConnection);
      await().until(() -> state().getThreadsAwaitingConnection() == 1);
      RunningSql<Connection> second = RunningSql.start(scope.context(), dataSource::getConnection);
      await().until(() -> state().getThreadsAwaitingConnection() == 2);
      impatient.cancel();
      first.failure();
      taken.get(0).close();
      try (Connection connection = second.result()) {
        assertThat(Postgres.backend(connection)).isPositive();
      }
    }
  }

  @Test
  void aPoolThatIsClosedMeanwhile_endsTheWait() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      RunningSql<Connection> waiting = RunningSql.start(scope.context(), dataSource::getConnection);
      await().until(() -> state().getThreadsAwaitingConnection() == 1);
      scope.cancel();
      pool.close();
      assertThat(waiting.failure().getCause()).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  void aPoolThatIsClosedMeanwhile_endsTheStatement() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      Connection connection = taken.get(0);
      int backend = Postgres.backend(connection);
      RunningSql<?> running =
          RunningSql.start(
              scope.context(),
              () -> connection.createStatement().executeQuery("select pg_sleep(30)"));
      Postgres.awaitSleeping(backend);
      pool.close(); // which aborts what it has lent
      SQLException failure = running.failure();
      assertThat((Throwable) failure).isInstanceOf(org.postgresql.util.PSQLException.class);
      scope.cancel();
      SQLException cut =
          RunningSql.start(scope.context(), () -> connection.createStatement()).failure();
      assertThat((Throwable) cut).hasMessageContaining("closed");
      connection.close();
    }
  }

  /** The network is gone, to the driver at least: it heeds no cancel, and the query runs on. */
  @Test
  void aStatementThatDoesNotStop_costsThePoolOneConnection_andTheCallerNothing() throws Exception {
    giveBackAll();
    DataSource impatient = ContextDataSource.wrap(pool).givingUpAfter(Duration.ofMillis(200));
    Connection connection = impatient.getConnection();
    try (CancelScope scope = Context.background().withCancel()) {
      int backend = Postgres.backend(connection);
      RunningSql<?> running =
          RunningSql.start(
              scope.context(),
              // Catches the cancel, as no network would tell from here.
              () ->
                  connection
                      .createStatement()
                      .execute(
                          "do $$ begin loop begin perform pg_sleep(2);"
                              + " exception when query_canceled then null; end;"
                              + " end loop; end $$"));
      Postgres.awaitSleeping(backend);
      scope.cancel();
      SQLException cut = running.failure();
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
      assertThat((Throwable) cut).hasMessageContaining("was given up");
      Postgres.terminate(backend);
      connection.close();
      await().until(() -> state().getActiveConnections() == 0);
      assertThat(Postgres.backends(pool)).doesNotContain(backend);
    }
  }

  @Test
  void aServerThatDoesNotAnswer_isNotWaitedFor() throws Exception {
    try (java.net.ServerSocket silent = new java.net.ServerSocket(0);
        CancelScope scope = Context.background().withTimeout(Duration.ofMillis(100))) {
      org.postgresql.ds.PGSimpleDataSource dead = new org.postgresql.ds.PGSimpleDataSource();
      dead.setServerNames(new String[] {"127.0.0.1"});
      dead.setPortNumbers(new int[] {silent.getLocalPort()});
      DataSource wrapped = ContextDataSource.wrap(dead);
      assertThat(RunningSql.start(scope.context(), wrapped::getConnection).failure().getCause())
          .isInstanceOf(DeadlineExceededException.class);
    }
  }
}
