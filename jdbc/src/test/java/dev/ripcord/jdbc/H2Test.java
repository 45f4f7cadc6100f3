package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Reason;
import dev.ripcord.testing.FakeTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** H2 in this process, by its own pool. */
class H2Test {
  private static final String LONG =
      "select count(*) from system_range(1, 100000) a, system_range(1, 1000000) b"
          + " where a.x * b.x = -1";

  private JdbcConnectionPool pool;
  private Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    pool = JdbcConnectionPool.create("jdbc:h2:mem:test", "sa", "");
    pool.setMaxConnections(1);
    connection = ContextDataSource.wrap(pool).getConnection();
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.close();
    pool.dispose();
  }

  @Test
  void itsStrategy_isItsOwn() throws SQLException {
    assertThat(DriverCancel.of(connection.unwrap(JdbcConnection.class)))
        .isInstanceOf(H2Cancel.class);
  }

  @Test
  void anH2ServersStrategy_isBestEffort() throws SQLException {
    Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
    String url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/mem:remote";
    try (Connection remote = DriverManager.getConnection(url, "sa", "")) {
      assertThat(DriverCancel.of(remote)).isInstanceOf(BestEffortCancel.class);
    } finally {
      server.stop();
    }
  }

  /**
   * A statement that looks for a cancel only if it reads many rows, and is kept for its next use.
   */
  @Test
  void aCancelThatComesTooLate_hitsNothing() throws SQLException {
    H2Cancel cancel = H2Cancel.ofH2(connection.unwrap(JdbcConnection.class));
    try (PreparedStatement statement =
        connection.prepareStatement("select count(*) from system_range(1, ?) where x * x = -1")) {
      for (int rows : new int[] {1, 10_000}) {
        cancel.cancel(statement);
        cancel.settle();
        statement.setInt(1, rows);
        assertThat(statement.executeQuery().next()).isTrue();
      }
    }
  }

  @RepeatedTest(20)
  void aRunningStatement_endsWithItsContext() throws SQLException {
    try (CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      RunningSql<?> running = RunningSql.start(scope.context(), () -> statement.executeQuery(LONG));
      scope.cancel(Reason.SUPERSEDED);
      SQLException cut = running.failure();
      assertThat(cut.getSQLState()).isEqualTo("57014");
      assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
    }
    assertWorks();
  }

  @Test
  void aStruckDeadline_isATimeout() throws SQLException {
    FakeTime time = new FakeTime();
    try (CancelScope scope = time.background().withTimeout(Duration.ofMillis(50));
        Statement statement = connection.createStatement()) {
      RunningSql<?> running = RunningSql.start(scope.context(), () -> statement.executeQuery(LONG));
      awaitExecuting();
      time.advance(Duration.ofMillis(50));
      SQLException cut = running.failure();
      assertThat((Throwable) cut).isInstanceOf(SQLTimeoutException.class);
      assertThat(cut.getCause()).isInstanceOf(DeadlineExceededException.class);
      assertThat(cut.getSuppressed()).hasSize(1);
    }
    assertWorks();
  }

  @Test
  void rows_endBetweenTwoOfThem() throws Exception {
    try (CancelScope scope = Context.background().withCancel();
        Statement statement = connection.createStatement()) {
      ResultSet rows =
          scope.context().call(() -> statement.executeQuery("select x from system_range(1, 9)"));
      assertThat(rows.next()).isTrue();
      scope.cancel();
      assertThatThrownBy(rows::next).hasCauseInstanceOf(CanceledException.class);
      assertThat(rows.getInt(1)).isEqualTo(1);
      assertThat(rows.isClosed()).isFalse();
    }
  }

  @Test
  void waitingForItsPool_endsWithTheContext() throws SQLException {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(50))) {
      SQLException cut =
          RunningSql.start(scope.context(), () -> ContextDataSource.wrap(pool).getConnection())
              .failure();
      assertThat(cut.getCause()).isInstanceOf(DeadlineExceededException.class);
    }
    assertWorks();
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void onVirtualThreads_whatKeepsAllCarriers_isCancelled() throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    pool.setMaxConnections(carriers + 1);
    List<Connection> connections = new ArrayList<>();
    List<FutureTask<?>> running = new ArrayList<>();
    try (CancelScope scope = Context.background().withCancel()) {
      for (int i = 0; i < carriers; i++) {
        Connection own = ContextDataSource.wrap(pool).getConnection();
        connections.add(own);
        FutureTask<?> task =
            new FutureTask<>(
                () -> scope.context().call(() -> own.createStatement().executeQuery(LONG)));
        running.add(task);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
      }
      for (Connection own : connections) {
        awaitExecuting(own);
      }
      scope.cancel(Reason.SUPERSEDED);
      for (FutureTask<?> task : running) {
        assertThatThrownBy(() -> task.get(60, TimeUnit.SECONDS))
            .cause()
            .hasCauseInstanceOf(CanceledException.class);
      }
    } finally {
      for (Connection own : connections) {
        own.close();
      }
    }
  }

  private void awaitExecuting() throws SQLException {
    awaitExecuting(connection);
  }

  private static void awaitExecuting(Connection connection) throws SQLException {
    SessionLocal session = (SessionLocal) connection.unwrap(JdbcConnection.class).getSession();
    await().until(() -> session.getState() == SessionLocal.State.RUNNING);
  }

  private void assertWorks() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select 42")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(42);
    }
  }
}
