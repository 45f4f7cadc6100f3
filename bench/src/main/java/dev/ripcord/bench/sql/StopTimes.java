package dev.ripcord.bench.sql;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.bench.sql.Stop.Statements;
import dev.ripcord.jdbc.ContextDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** Executes statements that take long, and stops them. */
final class StopTimes {
  private static final String LONG = "select pg_sleep(30)";
  private static final String SHORT = "select pg_sleep(0.3)"; // as long as a lost cancel costs
  private static final int EARLY_NANOS = 1_000_000;
  private static final int LATE_NANOS = 5_000_000;
  private static final int MICROS = 1_000;
  private static final long STAGGER_MILLIS = 40;

  private final DataSource pool;
  private final Random random = new Random(7);
  private final ExecutorService clients = Executors.newCachedThreadPool(StopTimes::daemon);

  StopTimes(DataSource pool) {
    this.pool = pool;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "client");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Stops a statement that the server is busy with. Microseconds until its client was told, and
   * until the server was done with it.
   */
  String running(Stop stop) throws Exception {
    Statements statements = stop.open(pool);
    try (Connection connection = statements.connection();
        Connection observer = pool.getConnection()) {
      Backend backend =
          new Backend(observer, connection.unwrap(PGConnection.class).getBackendPID());
      Statement statement = connection.createStatement();
      Future<Long> end = clients.submit(statements.context().wrap(execution(statement, LONG)));
      backend.awaitSleeping();
      LockSupport.parkNanos(random.nextInt(LATE_NANOS));
      long wall = Backend.microsNow();
      long begin = System.nanoTime();
      statements.pull().on(statement);
      double told = (double) (end.get() - begin) / MICROS;
      return told + " " + (backend.awaitIdle() - wall);
    }
  }

  /** Stops a statement within a millisecond of its execution, and says when its client was told. */
  String early(Stop stop) throws Exception {
    Statements statements = stop.open(pool);
    try (Connection connection = statements.connection();
        Statement statement = connection.createStatement()) {
      CountDownLatch begun = new CountDownLatch(1);
      Callable<Long> execution = execution(statement, SHORT);
      Future<Long> end =
          clients.submit(
              statements
                  .context()
                  .wrap(
                      () -> {
                        begun.countDown();
                        return execution.call();
                      }));
      begun.await();
      long at = System.nanoTime() + random.nextInt(EARLY_NANOS);
      while (System.nanoTime() - at < 0) {
        Thread.onSpinWait(); // to park takes longer than that
      }
      long begin = System.nanoTime();
      statements.pull().on(statement);
      return Double.toString(Math.max(0, (double) (end.get() - begin) / MICROS));
    }
  }

  /** When it ended, one way or another. */
  private static Callable<Long> execution(Statement statement, String sql) {
    return () -> {
      try {
        statement.execute(sql);
      } catch (SQLException stopped) {
        return System.nanoTime();
      }
      return System.nanoTime();
    };
  }

  /**
   * Statements with a second to live, ours and the driver's in turns. Microseconds that each was
   * late.
   */
  String deadlines(int pairs) throws Exception {
    List<Future<Double>> late = new ArrayList<>();
    for (int i = 0; i < 2 * pairs; i++) {
      boolean ours = i % 2 == 0;
      late.add(clients.submit(ours ? this::withTimeout : this::withQueryTimeout));
      TimeUnit.MILLISECONDS.sleep(STAGGER_MILLIS); // else they would be late for each other
    }
    StringBuilder micros = new StringBuilder();
    for (Future<Double> each : late) {
      micros.append(each.get()).append(' ');
    }
    return micros.toString().strip();
  }

  private double withTimeout() throws Exception {
    try (Connection connection = ContextDataSource.wrap(pool).getConnection();
        Statement statement = connection.createStatement()) {
      long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(1))) {
        return (double) (scope.context().call(execution(statement, LONG)) - due) / MICROS;
      }
    }
  }

  private double withQueryTimeout() throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      return (double) (execution(statement, LONG).call() - due) / MICROS;
    }
  }
}
