package dev.ripcord.server.db;

import dev.ripcord.jdbc.micrometer.SqlMetrics;
import dev.ripcord.server.CannotStart;
import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import dev.ripcord.server.Settings;
import io.grpc.BindableService;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves named queries over a PostgreSQL: the user's, or one that lives and dies with this process.
 */
public final class DbRole implements Role {
  private static final Logger log = LoggerFactory.getLogger(DbRole.class);
  private static final int SECONDS_BETWEEN_CHECKS = 2;

  private @Nullable LocalPostgres postgres;
  private @Nullable Pool pool;
  private @Nullable Activity activity;
  private @Nullable Future<?> watch;

  /** Nothing is opened yet. */
  public DbRole() {}

  @Override
  public String name() {
    return "db";
  }

  @Override
  public List<String> peers() {
    return List.of();
  }

  @Override
  public List<BindableService> open(Platform platform) throws CannotStart {
    Database database = database(platform.settings());
    checkUsable(database);
    Schema.migrate(database);
    String application = "ripcord-db " + platform.ripcord().instance();
    Pool connections = new Pool(database, application, new SqlMetrics(platform.meters()));
    pool = connections;
    Activity own = new Activity(database, application);
    activity = own;
    watch(platform, own);
    return List.of(new DbService(platform, new Queries(), connections, own));
  }

  private Database database(Settings settings) throws CannotStart {
    if (settings.databaseUrl() != null) {
      return Database.of(settings, settings.databaseUrl());
    }
    postgres = LocalPostgres.start(settings.dataDir());
    return Database.of(postgres);
  }

  private static void checkUsable(Database database) throws CannotStart {
    try {
      database.check();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStart("Interrupted while connecting to the database.", e);
    }
  }

  /** Health follows the database: while it is away nothing here is of use. */
  private void watch(Platform platform, Activity activity) {
    AtomicBoolean usable = new AtomicBoolean(true);
    AtomicBoolean checking = new AtomicBoolean();
    Runnable check =
        () -> {
          boolean alive = activity.isAlive();
          if (usable.getAndSet(alive) != alive) {
            platform.usable(alive);
            log.warn(alive ? "the database answers again" : "the database does not answer");
          }
          checking.set(false);
        };
    watch =
        platform
            .scheduler()
            .scheduleWithFixedDelay(
                () -> {
                  if (!checking.getAndSet(true)) {
                    platform.handlers().execute(check);
                  }
                },
                SECONDS_BETWEEN_CHECKS,
                SECONDS_BETWEEN_CHECKS,
                TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.cancel(false);
    }
    if (activity != null) {
      activity.close();
    }
    if (pool != null) {
      pool.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }
}
