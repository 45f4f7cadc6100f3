package dev.ripcord.server.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.ripcord.jdbc.ContextDataSource;
import dev.ripcord.jdbc.SqlListener;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The connections that queries run on: a fixed number, always open, given back by what is canceled.
 */
final class Pool implements AutoCloseable {
  static final int SIZE = 16;
  private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(30);

  private final HikariDataSource pool;
  private final DataSource bound;
  private final CountingSource source = new CountingSource();

  Pool(Database database, String application, SqlListener listener) {
    database.configure(source, application);
    HikariConfig config = new HikariConfig();
    config.setPoolName("db");
    config.setDataSource(source);
    config.setMaximumPoolSize(SIZE);
    config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
    this.pool = new HikariDataSource(config);
    this.bound = ContextDataSource.wrap(pool).telling(listener);
  }

  /** Connections whose statements end with the context they are run in. */
  DataSource connections() {
    return bound;
  }

  int active() {
    return numbers().getActiveConnections();
  }

  int idle() {
    return numbers().getIdleConnections();
  }

  /** Physical connections opened since the start. */
  long opened() {
    return source.opened.sum();
  }

  private HikariPoolMXBean numbers() {
    return pool.getHikariPoolMXBean();
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Counts what it opens. The pool's own metrics leave out the first. */
  private static final class CountingSource extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    private final LongAdder opened = new LongAdder();

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      Connection connection = super.getConnection(user, password);
      opened.increment();
      return connection;
    }
  }
}
