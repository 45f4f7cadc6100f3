package dev.ripcord.server.db;

import dev.ripcord.services.db.v1.ActiveStatement;
import io.grpc.Status;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database server what it is doing for us. On a connection of its own, which no pool can
 * keep waiting and no context can cut, since one looks at this when those are in trouble.
 */
final class Activity implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Activity.class);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final String STATEMENTS =
      """
      select pid, query, (extract(epoch from clock_timestamp() - query_start) * 1000)::bigint
      from pg_stat_activity
      where application_name = ? and state = 'active' and pid <> pg_backend_pid()
      order by query_start
      """;

  private final PGSimpleDataSource source;
  private final String application;
  private @Nullable Connection
      connection; // guarded by this; null before the first use and after trouble

  /** Looks at the connections that show as {@code application}. */
  Activity(Database database, String application) {
    this.source = database.connections(application + " activity");
    this.source.setSocketTimeout((int) LONGEST.toSeconds());
    this.application = application;
  }

  /** The statements that the server says are running now. */
  synchronized List<ActiveStatement> statements() {
    try {
      return read(open());
    } catch (SQLException e) {
      close();
      throw Status.UNAVAILABLE
          .withDescription("the database cannot be asked: " + e.getMessage())
          .withCause(e)
          .asRuntimeException();
    }
  }

  /** Whether the server answers. */
  synchronized boolean isAlive() {
    try {
      if (open().isValid((int) LONGEST.toSeconds())) {
        return true;
      }
      close(); // it may be this connection only
      return open().isValid((int) LONGEST.toSeconds());
    } catch (SQLException e) {
      log.debug("the database does not answer", e);
      close();
      return false;
    }
  }

  private Connection open() throws SQLException {
    if (connection == null) {
      connection = source.getConnection();
    }
    return connection;
  }

  private List<ActiveStatement> read(Connection open) throws SQLException {
    try (PreparedStatement statement = open.prepareStatement(STATEMENTS)) {
      statement.setString(1, application);
      try (ResultSet result = statement.executeQuery()) {
        List<ActiveStatement> statements = new ArrayList<>();
        while (result.next()) {
          statements.add(
              ActiveStatement.newBuilder()
                  .setBackendPid(result.getInt(1))
                  .setQuery(result.getString(2))
                  .setRunningMs(Math.max(0, result.getLong(3)))
                  .build());
        }
        return statements;
      }
    }
  }

  @Override
  public synchronized void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        log.debug("a connection was closed broken", e);
      }
    }
  }
}
