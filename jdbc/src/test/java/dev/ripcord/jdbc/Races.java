package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * Cancels and deadlines against finishing statements, at random instants, six threads on a pool of
 * four. After each race an innocent statement runs on the same connection.
 *
 * <p>{@code -Dripcord.effort=long} runs a million races, or as many as fit in {@code
 * -Dripcord.races.seconds} (50 minutes); {@code -Dripcord.seed} repeats what was random.
 */
abstract class Races {
  static final boolean LONG = "long".equals(System.getProperty("ripcord.effort"));
  private static final long SECONDS = Long.getLong("ripcord.races.seconds", 50 * 60);
  private static final int THREADS = 6;
  private static final int CONNECTIONS = 4;
  private static final boolean VIRTUAL = Runtime.version().feature() >= 21;

  private final long seed = Long.getLong("ripcord.seed", System.nanoTime());
  // Its queue's lock is the canceling thread's and the timer's; no racer, who may be a virtual
  // thread
  // without a carrier, ever waits for it.
  private final ExecutorService canceler = Executors.newSingleThreadExecutor();

  private final Database database;
  private final int fewRounds;

  /** With {@code fewRounds} in a build that is not long. */
  Races(Database database, int fewRounds) {
    this.database = database;
    this.fewRounds = fewRounds;
  }

  @Test
  void onPlatformThreads_noCancelIsLost_andNoneStrays() throws Exception {
    race(Executors.newFixedThreadPool(THREADS), VIRTUAL && !LONG ? fewRounds / 2 : fewRounds);
  }

  @Test
  void onVirtualThreads_noCancelIsLost_andNoneStrays() throws Exception {
    assumeTrue(VIRTUAL, "no virtual threads before JDK 21");
    ExecutorService virtual =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    race(virtual, fewRounds / 2);
  }

  private void race(ExecutorService threads, int few) throws Exception {
    int rounds = LONG ? 1_000_000 : few;
    System.out.println(this + ": " + rounds + " races, -Dripcord.seed=" + seed);
    try (HikariDataSource pool = database.pool(CONNECTIONS)) {
      createTable(pool);
      Set<Integer> before = connections(pool);
      Racer.Tally tally = race(threads, pool, rounds);
      System.out.println(this + ": " + tally);

      assertThat(tally.cut).isPositive();
      assertThat(tally.finished).isPositive();
      await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
      assertThat(connections(pool)).isEqualTo(before);
      database.awaitExecuting(0);
    } finally {
      threads.shutdownNow();
      canceler.shutdownNow();
    }
  }

  private Racer.Tally race(ExecutorService threads, DataSource pool, int rounds) throws Exception {
    DataSource dataSource = ContextDataSource.wrap(pool).givingUpAfter(Racer.LOST);
    long until = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    List<Callable<Racer.Tally>> racers = new ArrayList<>();
    for (int id = 0; id < THREADS; id++) {
      Racer racer = new Racer(id, database, dataSource, canceler, seed + id);
      racers.add(() -> racer.race(rounds / THREADS + 1, until));
    }
    Racer.Tally sum = new Racer.Tally();
    for (Future<Racer.Tally> future : threads.invokeAll(racers)) {
      sum.add(future.get());
    }
    return sum;
  }

  private static void createTable(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("drop table if exists counts");
      statement.execute("create table counts (id int primary key, n int not null)");
      for (int id = 0; id < THREADS; id++) {
        statement.execute("insert into counts values (" + id + ", 0)");
      }
    }
  }

  /** Which connections the pool has. */
  private Set<Integer> connections(HikariDataSource pool) throws SQLException {
    List<Connection> all = new ArrayList<>();
    Set<Integer> ids = new TreeSet<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      Connection connection = pool.getConnection();
      all.add(connection);
      try (Statement statement = connection.createStatement()) {
        ids.add(Postgres.number(statement, database.id()));
      }
    }
    for (Connection connection : all) {
      connection.close();
    }
    assertThat(ids).hasSize(CONNECTIONS);
    return ids;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName();
  }
}
