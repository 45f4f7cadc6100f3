package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.jdbc.FaultyDriver.Answer;
import dev.ripcord.testing.FakeTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drivers that do not stop what they are told to stop, nor anything else. */
class GraceTest {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final FaultyDriver driver = new FaultyDriver();
  private final FakeTime time = new FakeTime();
  private final CancelScope scope = Context.background().withCancel();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final Logger logger = Logger.getLogger(Ending.class.getName());
  private final Handler toList = new ToList();
  private Connection connection;

  private final class ToList extends Handler {
    @Override
    public void publish(LogRecord record) {
      log.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void connect() throws SQLException {
    logger.addHandler(toList);
    logger.setUseParentHandlers(false);
    connect(GRACE);
  }

  private void connect(Duration grace) throws SQLException {
    connection =
        ContextDataSource.wrap(driver.dataSource()).givingUpAfter(grace, time).getConnection();
  }

  @AfterEach
  void release() {
    logger.removeHandler(toList);
    logger.setUseParentHandlers(true);
    driver.release();
    scope.close();
  }

  private RunningSql<?> startLong() throws InterruptedException {
    RunningSql<?> running = RunningSql.start(scope.context(), () -> execute("long"));
    driver.began.await();
    return running;
  }

  private boolean execute(String sql) throws SQLException {
    return connection.createStatement().execute(sql);
  }

  private void passGrace() {
    await().until(() -> time.timers() == 1);
    time.advance(GRACE);
  }

  @Test
  void aDriverThatHeeds_keepsItsConnection() throws Exception {
    RunningSql<?> running = startLong();
    scope.cancel();
    assertThat(running.failure().getSQLState()).isEqualTo("57014");
    await().until(() -> time.timers() == 0);
    connection.close();
    assertThat(driver.calls).contains("close").doesNotContain("abort");
    assertThat(log).isEmpty();
  }

  /** What the driver makes of a cancel that does not stop the statement. */
  @ParameterizedTest
  @EnumSource(names = {"IGNORES", "THROWS", "HANGS"})
  void aStatementThatDoesNotStop_costsItsConnection(Answer toCancel) throws Exception {
    driver.cancel = toCancel;
    RunningSql<?> running = startLong();
    scope.cancel();
    await().until(() -> driver.count("cancel") >= 1);
    assertThat(running.isOver()).isFalse();

    passGrace();

    SQLException cut = running.failure();
    assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
    assertThat(cut.getSQLState()).isEqualTo("08006");
    assertThat((Throwable) cut).hasMessageContaining("did not stop within 5000 ms");
    await().until(() -> log.size() == 1);
    assertThat(log.get(0))
        .contains("overdue: SQL still runs 5000 ms after its context has ended", "\n    at ");
  }

  @Test
  void aCancelThatHangs_isNotWaitedForByAStatementThatHasReturned() throws Exception {
    driver.cancel = Answer.HANGS;
    RunningSql<?> running = startLong();
    scope.cancel();
    await().until(() -> driver.count("cancel") == 1);
    driver.over.complete(true); // but the cancel may still come, and hit what is next
    assertThat(running.isOver()).isFalse();
    passGrace();
    running.result();
    await().until(() -> driver.count("abort") == 1);
  }

  @Test
  void anAbandonedConnection_comesBackToThePool_whenNothingHappensOnItAnyMore() throws Exception {
    driver.cancel = Answer.IGNORES;
    driver.abort = Answer.IGNORES;
    RunningSql<?> running = startLong();
    scope.cancel();
    passGrace();
    await().until(() -> driver.count("abort") == 1);

    connection.close(); // does not wait

    await().until(() -> driver.count("abort") == 2);
    assertThat(running.isOver()).isFalse();
    assertThat(driver.calls).doesNotContain("close", "select 1");
    driver.over.complete(true); // late, but here it is
    running.result();
    await().until(() -> driver.count("close") == 1);
    assertThat(driver.calls).contains("select 1"); // by which a pool sees that it is broken
  }

  @Test
  void anAbortThatThrowsOrHangs_isSurvived() throws Exception {
    driver.cancel = Answer.IGNORES;
    driver.abort = Answer.THROWS;
    RunningSql<?> running = startLong();
    scope.cancel();
    passGrace();
    await().until(() -> driver.count("abort") == 1);
    driver.abort = Answer.HANGS;
    connection.close();
    driver.release();
    running.result();
    await().until(() -> driver.count("close") == 1);
  }

  @Test
  void aConnectionThatIsLostOnCancel_isACut() throws Exception {
    driver.cancel = Answer.LOSES_CONNECTION;
    RunningSql<?> running = startLong();
    scope.cancel();
    SQLException cut = running.failure();
    assertThat(cut.getSQLState()).isEqualTo("08006");
    assertThat(cut.getCause()).isInstanceOf(CanceledException.class);
  }

  @Test
  void withoutGrace_theDriverIsWaitedFor() throws Exception {
    connect(ChronoUnit.FOREVER.getDuration());
    driver.cancel = Answer.IGNORES;
    RunningSql<?> running = startLong();
    scope.cancel();
    await().until(() -> driver.count("cancel") >= 2);
    time.advance(Duration.ofDays(1));
    assertThat(driver.calls).doesNotContain("abort");
    driver.over.complete(true);
    running.result();
  }

  @Test
  void aRollbackUnderADoneContext_isNotWaitedForEither() throws Exception {
    connection.setAutoCommit(false);
    driver.rollback = Answer.HANGS;
    scope.cancel();
    RunningSql<?> running =
        RunningSql.start(
            scope.context(),
            () -> {
              connection.rollback();
              return "rolled back";
            });
    passGrace();
    assertThat(running.failure().getSQLState()).isEqualTo("08006");
  }

  @Test
  void aTransactionWhoseStatementWasCut_isRolledBackBeforeItGoesBack() throws Exception {
    connection.setAutoCommit(false);
    RunningSql<?> running = startLong();
    scope.cancel();
    running.failure();
    connection.close();
    assertThat(driver.calls).containsSubsequence("rollback", "close");
  }

  @Test
  void switchingBackToAutoCommit_commitsNothingThatWasCut() throws Exception {
    connection.setAutoCommit(false);
    RunningSql<?> running = startLong();
    scope.cancel();
    running.failure();
    driver.calls.clear();
    scope.context().run(() -> autoCommit(true));
    assertThat(driver.calls).containsSubsequence("rollback", "setAutoCommit");
  }

  @Test
  void whatTheUserHasRolledBack_isNotRolledBackAgain() throws Exception {
    connection.setAutoCommit(false);
    RunningSql<?> running = startLong();
    scope.cancel();
    running.failure();
    connection.rollback();
    driver.calls.clear();
    connection.close();
    assertThat(driver.calls).containsExactly("close");
  }

  @Test
  void aGraceThatIsNone_isRefused() {
    ContextDataSource dataSource = ContextDataSource.wrap(driver.dataSource());
    assertThatThrownBy(() -> dataSource.givingUpAfter(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("grace is not positive: PT0S");
    assertThatThrownBy(() -> dataSource.givingUpAfter(null)).hasMessage("grace is null");
  }

  private void autoCommit(boolean on) {
    try {
      connection.setAutoCommit(on);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
