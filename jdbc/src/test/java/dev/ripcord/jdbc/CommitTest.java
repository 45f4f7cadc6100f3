package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Key;
import dev.ripcord.jdbc.Commit.Outcome;
import dev.ripcord.jdbc.FaultyDriver.Answer;
import dev.ripcord.testing.FakeTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All ways in which a shielded commit can end, on a driver that plays them. */
class CommitTest {
  private static final Duration BOUND = Duration.ofSeconds(5);

  private final FaultyDriver driver = new FaultyDriver();
  private final FakeTime time = new FakeTime();
  private final CancelScope scope = time.background().withCancel();
  private Connection connection;

  @BeforeEach
  void begin() throws SQLException {
    connection = ContextDataSource.wrap(driver.dataSource()).getConnection();
    connection.setAutoCommit(false);
    driver.calls.clear();
  }

  @AfterEach
  void release() {
    driver.release();
    scope.close();
  }

  private Commit shield(Commit.Work last) {
    return Commit.shield(scope.context(), BOUND, connection, last);
  }

  private Commit shield() {
    return Commit.shield(scope.context(), BOUND, connection);
  }

  @Test
  void aLiveContext_commits() throws SQLException {
    Commit commit = shield(c -> c.createStatement().execute("last"));
    assertThat(commit.outcome()).isEqualTo(Outcome.COMMITTED);
    assertThat(commit.isCommitted()).isTrue();
    assertThat(commit.failure()).isNull();
    assertThat(commit).hasToString("COMMITTED");
    commit.orThrow();
    assertThat(driver.calls).containsSubsequence("last", "commit").doesNotContain("rollback");
    assertThat(time.timers()).isZero();
  }

  @Test
  void aContextThatIsDone_startsNothing() {
    scope.cancel();
    Commit commit = shield(c -> c.createStatement().execute("last"));
    assertThat(commit.outcome()).isEqualTo(Outcome.NOT_STARTED);
    assertThat(commit.isCommitted()).isFalse();
    assertThat(driver.calls).contains("rollback").doesNotContain("last", "commit");
    assertThatThrownBy(commit::orThrow)
        .isInstanceOf(SQLException.class)
        .hasCauseInstanceOf(CanceledException.class);
  }

  @Test
  void aContextThatEndsMeanwhile_changesNothing() {
    Key<String> key = Key.local("tenant");
    AtomicReference<String> seen = new AtomicReference<>();
    Commit commit =
        Commit.shield(
            scope.context().withValue(key, "acme"),
            BOUND,
            connection,
            c -> {
              scope.cancel();
              seen.set(Context.current().value(key));
              c.createStatement().execute("last");
            });
    assertThat(commit.outcome()).isEqualTo(Outcome.COMMITTED);
    assertThat(seen).hasValue("acme");
    assertThat(driver.calls).containsSubsequence("last", "commit");
  }

  @Test
  void aStatementThatTakesTooLong_isRolledBack() throws Exception {
    RunningSql<Commit> running =
        RunningSql.start(
            Context.background(), () -> shield(c -> c.createStatement().execute("long")));
    driver.began.await();
    time.advance(BOUND);
    Commit commit = running.result();
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(commit.failure()).hasCauseInstanceOf(DeadlineExceededException.class);
    assertThat(driver.calls).contains("rollback").doesNotContain("commit");
  }

  @Test
  void aBoundThatStrikesBeforeTheCommit_isRolledBack() {
    Commit commit = shield(c -> time.advance(BOUND));
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(commit.failure()).hasMessageContaining("the bound of the commit");
    assertThat(driver.calls).contains("rollback").doesNotContain("commit");
  }

  @Test
  void aCommitThatTakesTooLong_isUnknown() throws Exception {
    driver.commit = Answer.HANGS;
    RunningSql<Commit> running = RunningSql.start(Context.background(), () -> shield());
    driver.began.await();
    assertThat(driver.calls).doesNotContain("cancel");
    scope.cancel(); // not what ends it
    assertThat(running.isOver()).isFalse();
    time.advance(BOUND);
    Commit commit = running.result();
    assertThat(commit.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThatThrownBy(commit::orThrow)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08007"));
    assertThat(driver.calls).contains("abort").doesNotContain("cancel", "rollback");
  }

  @Test
  void anAnswerFasterThanTheAbort_counts() throws Exception {
    driver.commit = Answer.HANGS;
    driver.abort = Answer.IGNORES;
    RunningSql<Commit> running = RunningSql.start(Context.background(), () -> shield());
    driver.began.await();
    time.advance(BOUND);
    await().until(() -> driver.count("abort") == 1);
    driver.over.complete(true);
    assertThat(running.result().outcome()).isEqualTo(Outcome.COMMITTED);
    connection.close(); // and nobody gets that connection again
    await().until(() -> driver.count("close") == 1);
    assertThat(driver.count("abort")).isEqualTo(2);
  }

  @Test
  void aConnectionThatIsLost_isUnknown() {
    driver.commit = Answer.LOSES_CONNECTION;
    Commit commit = shield();
    assertThat(commit.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(commit.failure()).hasMessageContaining("not known whether it was committed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "40001", "25P02"})
  void aRefusedCommit_isRolledBack(String state) {
    driver.commit = Answer.THROWS;
    driver.refusal = new SQLException("refused", state);
    Commit commit = shield();
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThat(commit.failure()).isSameAs(driver.refusal);
    assertThat(driver.calls).containsSubsequence("commit", "rollback");
  }

  @ParameterizedTest
  @ValueSource(strings = {"40003", "08S01", "25S03"})
  void aRefusalThatTellsNothing_isUnknown(String state) {
    driver.commit = Answer.THROWS;
    driver.refusal = new SQLException("who knows", state);
    assertThat(shield().outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void aRefusalWithoutARollback_isUnknown() {
    driver.commit = Answer.THROWS;
    driver.rollback = Answer.THROWS;
    assertThat(shield().outcome()).isEqualTo(Outcome.UNKNOWN);
  }

  @Test
  void workThatFails_isRolledBack() {
    RuntimeException bug = new IllegalArgumentException("bug");
    Commit commit =
        shield(
            c -> {
              throw bug;
            });
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    assertThatThrownBy(commit::orThrow).isSameAs(bug);
    assertThat(driver.calls).contains("rollback").doesNotContain("commit");
  }

  @Test
  void workThatCannotBeRolledBack_costsTheConnection() {
    driver.rollback = Answer.THROWS;
    Commit commit =
        shield(
            c -> {
              throw new SQLException("refused");
            });
    assertThat(commit.outcome()).isEqualTo(Outcome.ROLLED_BACK); // the server does it
    assertThat(driver.calls).containsSubsequence("rollback", "abort");
  }

  @Test
  void anError_goesItsWay() {
    assertThatThrownBy(
            () ->
                shield(
                    c -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(driver.calls).contains("rollback").doesNotContain("commit");
  }

  @Test
  void autoCommit_leavesNothingToShield() throws SQLException {
    connection.setAutoCommit(true);
    assertThatThrownBy(this::shield).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void nulls_areRefusedByName() {
    Context ctx = scope.context();
    assertThatThrownBy(() -> Commit.shield(null, BOUND, connection)).hasMessage("context is null");
    assertThatThrownBy(() -> Commit.shield(ctx, null, connection)).hasMessage("atMost is null");
    assertThatThrownBy(() -> Commit.shield(ctx, BOUND, null)).hasMessage("transaction is null");
    assertThatThrownBy(() -> Commit.shield(ctx, BOUND, connection, null))
        .hasMessage("last is null");
  }
}
