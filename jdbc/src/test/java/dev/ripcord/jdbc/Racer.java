package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Registration;
import dev.ripcord.TimeSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/** One of the threads in {@link Races}, and what became of its rounds. */
final class Racer {
  static final Duration LOST = Duration.ofSeconds(20); // much longer than any stop takes
  private static final long LATEST_END_MICROS = 3_000;

  /** What became of the rounds. */
  static final class Tally {
    int rounds;
    int finished;
    int cut;
    int waitedInVain;
    private final List<Long> stopMicros =
        new ArrayList<>(); // from the end of a long statement's context to its return

    void add(Tally other) {
      rounds += other.rounds;
      finished += other.finished;
      cut += other.cut;
      waitedInVain += other.waitedInVain;
      stopMicros.addAll(other.stopMicros);
    }

    @Override
    public String toString() {
      long[] sorted = stopMicros.stream().mapToLong(Long::longValue).sorted().toArray();
      return String.format(
          "%d rounds: %d finished, %d cut, %d without a connection; %d long ones stopped after"
              + " %d us (median), %d us (99th percentile), %d us at most",
          rounds,
          finished,
          cut,
          waitedInVain,
          sorted.length,
          sorted[sorted.length / 2],
          sorted[sorted.length * 99 / 100],
          sorted[sorted.length - 1]);
    }
  }

  private final int id;
  private final Database database;
  private final DataSource dataSource;
  private final Executor canceler;
  private final Random random;
  private final Tally tally = new Tally();
  private int updates; // that must be in the table
  private int added; // by this round, so far

  Racer(int id, Database database, DataSource dataSource, Executor canceler, long seed) {
    this.id = id;
    this.database = database;
    this.dataSource = dataSource;
    this.canceler = canceler;
    this.random = new Random(seed);
  }

  Tally race(int rounds, long until) throws SQLException {
    for (int round = 0; round < rounds && System.nanoTime() - until < 0; round++) {
      round();
      tally.rounds++;
    }
    assertThat(countInTable()).as("updates of racer %s", id).isEqualTo(updates);
    return tally;
  }

  private void round() throws SQLException {
    if (random.nextInt(8) == 0) {
      raceForConnection();
      return;
    }
    try (Connection connection = dataSource.getConnection();
        CancelScope scope = scopeThatEndsSoon()) {
      scope.context().run(() -> raceOn(connection, scope.context()));
      innocent(connection);
    }
  }

  private void raceForConnection() throws SQLException {
    try (CancelScope scope = scopeThatEndsSoon()) {
      try (Connection connection = scope.context().call(dataSource::getConnection)) {
        innocent(connection);
      } catch (SQLException e) {
        assertCut(e, scope.context());
        tally.waitedInVain++;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private CancelScope scopeThatEndsSoon() {
    long micros = (long) (random.nextDouble() * random.nextDouble() * LATEST_END_MICROS);
    if (random.nextBoolean()) {
      return Context.background().withTimeout(Duration.ofNanos(micros * 1_000));
    }
    CancelScope scope = Context.background().withCancel();
    TimeSource clock = TimeSource.system();
    clock.schedule(clock.nanoTime() + micros * 1_000, () -> canceler.execute(() -> scope.cancel()));
    return scope;
  }

  private void raceOn(Connection connection, Context context) {
    try {
      connection.setAutoCommit(random.nextBoolean());
      added = 0;
      try {
        work(connection, context);
        tally.finished++;
      } catch (SQLException e) {
        assertCut(e, context);
        tally.cut++;
        rollback(connection);
      }
      Context.background().call(() -> commit(connection));
    } catch (Exception e) {
      throw new AssertionError("racer " + id, e);
    }
  }

  private void rollback(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      added = 0;
    }
  }

  private Object commit(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.commit();
      connection.setAutoCommit(true);
    }
    updates += added;
    return "committed";
  }

  private void work(Connection connection, Context context) throws SQLException {
    switch (random.nextInt(6)) {
      case 0 -> query(connection, "select 1");
      case 1 -> query(connection, database.sleep(random.nextInt(3000) / 1e6));
      case 2 -> longSleep(connection, context);
      case 3 -> add(connection);
      case 4 -> {
        add(connection);
        query(connection, database.sleep(0.0005));
        add(connection);
      }
      default -> stream(connection);
    }
  }

  private void query(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      assertThat(rows.next()).isTrue();
    }
  }

  /** Nothing but a cancel ends it in time. */
  private void longSleep(Connection connection, Context context) throws SQLException {
    long[] endedAt = new long[1];
    Registration watch = context.onDone(Runnable::run, why -> endedAt[0] = System.nanoTime());
    try (Statement statement = connection.createStatement()) {
      statement.execute(database.endless());
      throw new AssertionError("a cancel was lost");
    } finally {
      long now = System.nanoTime();
      watch.stopOrJoin();
      if (endedAt[0] != 0) { // else the deadline was seen before its timer ran
        tally.stopMicros.add((now - endedAt[0]) / 1_000);
      }
    }
  }

  private void add(Connection connection) throws SQLException {
    String sql = "update counts set n = n + 1 where id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setInt(1, id);
      assertThat(statement.executeUpdate()).isEqualTo(1);
      added++;
    }
  }

  private void stream(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(10);
      ResultSet rows = statement.executeQuery(database.numbers(200));
      int count = 0;
      while (rows.next()) {
        count++;
      }
      assertThat(count).isEqualTo(200);
    }
  }

  /** Would be hit by a cancel that strays. */
  private void innocent(Connection connection) throws SQLException {
    String sql = random.nextBoolean() ? "select 1" : database.sleep(0.0005);
    try (CancelScope live = Context.background().withCancel()) {
      Context context = random.nextBoolean() ? live.context() : Context.background();
      context.call(
          () -> {
            query(connection, sql);
            return "unhurt";
          });
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertCut(SQLException e, Context context) {
    Cancellation why = context.cancellation();
    if (why == null
        || !(e.getCause() instanceof ContextException ended)
        || ended.cancellation() != why) {
      throw new AssertionError("hit though its context was not done", e);
    }
    if (e.getMessage().contains("given up")) {
      throw new AssertionError("a cancel was lost", e);
    }
  }

  private int countInTable() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      return Postgres.number(statement, "select n from counts where id = " + id);
    }
  }
}
