package dev.ripcord.server.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.ripcord.jdbc.ContextDataSource;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/**
 * The connections that queries run on: a fixed number, always open, given back by what is canceled.
 */
final class Pool implements AutoCloseable {
  static final int SIZE = 16;
  private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(30);

  private final HikariDataSource pool;
  private final DataSource bound;
  private final LongAdder opened = new LongAdder();

  Pool(Database database, String application) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("db");
    config.setDataSource(database.connections(application));
    config.setMaximumPoolSize(SIZE);
    config.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
    config.setMetricsTrackerFactory(
        (name, statistics) ->
            new IMetricsTracker() {
              @Override
              public void recordConnectionCreatedMillis(long millis) {
                opened.increment();
              }
            });
    this.pool = new HikariDataSource(config);
    this.bound = ContextDataSource.wrap(pool);
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
    return opened.sum();
  }

  private HikariPoolMXBean numbers() {
    return pool.getHikariPoolMXBean();
  }

  @Override
  public void close() {
    pool.close();
  }
}
