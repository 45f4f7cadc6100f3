package dev.ripcord.bench.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * What the server says about one of its processes, on a connection of its own. It dates what it
 * says itself, on the clock that this process reads, too: nobody has to keep asking while something
 * is measured.
 */
final class Backend {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final long BETWEEN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final PreparedStatement question;
  private final int pid;

  Backend(Connection observer, int pid) throws SQLException {
    this.pid = pid;
    this.question =
        observer.prepareStatement(
            "select state = 'active' and query like '%pg_sleep%',"
                + " (extract(epoch from state_change) * 1000000)::bigint"
                + " from pg_stat_activity where pid = ?");
  }

  static long microsNow() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  void awaitSleeping() throws SQLException, TimeoutException {
    await(true);
  }

  /** When it was done, or gone, in microseconds since 1970. */
  long awaitIdle() throws SQLException, TimeoutException {
    return await(false);
  }

  private long await(boolean sleeping) throws SQLException, TimeoutException {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < PATIENCE_NANOS) {
      question.setInt(1, pid);
      try (ResultSet rows = question.executeQuery()) {
        if (!rows.next()) {
          return microsNow();
        }
        if (rows.getBoolean(1) == sleeping) {
          return rows.getLong(2);
        }
      }
      LockSupport.parkNanos(BETWEEN_NANOS);
    }
    throw new TimeoutException("the backend is not " + (sleeping ? "at work" : "idle"));
  }
}
