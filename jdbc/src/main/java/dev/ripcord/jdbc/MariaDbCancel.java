package dev.ripcord.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB: {@code KILL QUERY} for the connection, sent over another one. It returns when the server
 * has marked the connection's thread, and a thread that is at nothing is not marked. So one that is
 * sent while an execution is held open cannot hit what comes after it.
 *
 * <p>A statement that is killed before it has looked for rows may answer that it has found none, as
 * if nothing had happened. Nothing has: so an answer of no rows is a cut.
 *
 * <p>Rows that are fetched in portions are sent by the server as fast as they are read, by a
 * statement that runs until the last one is.
 */
final class MariaDbCancel implements DriverCancel {
  private final org.mariadb.jdbc.Connection mariaDb;

  private MariaDbCancel(org.mariadb.jdbc.Connection mariaDb) {
    this.mariaDb = mariaDb;
  }

  /** Null if {@code connection} is not MariaDB's. */
  static @Nullable MariaDbCancel ofMariaDb(java.sql.Connection connection) throws SQLException {
    return connection.isWrapperFor(org.mariadb.jdbc.Connection.class)
        ? new MariaDbCancel(connection.unwrap(org.mariadb.jdbc.Connection.class))
        : null;
  }

  @Override
  public void cancel(@Nullable Statement executing) throws SQLException {
    mariaDb.cancelCurrentQuery();
  }

  @Override
  public boolean isDoubtful(@Nullable Object answer, @Nullable Statement executed)
      throws SQLException {
    if (answer instanceof int[] counts) {
      return Arrays.stream(counts).anyMatch(count -> count == 0);
    }
    if (answer instanceof long[] counts) {
      return Arrays.stream(counts).anyMatch(count -> count == 0);
    }
    if (answer instanceof Boolean isRows) {
      return !isRows && executed != null && executed.getUpdateCount() == 0;
    }
    return answer instanceof Number count && count.longValue() == 0;
  }

  @Override
  public boolean isStreaming(@Nullable Statement executed) throws SQLException {
    return executed != null && executed.getFetchSize() != 0;
  }
}
