package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assertions;

/** One real PostgreSQL server for all tests of this JVM; it stops with the JVM. */
final class Postgres {
  /** Of this project's test servers; each folder in it is named for the process that owns it. */
  private static final Path FOLDERS = Path.of("target", "postgres").toAbsolutePath();

  private static final Optional<EmbeddedPostgres> SERVER = start();

  private Postgres() {}

  /** Connects anew each time; skips the test if PostgreSQL cannot start on this machine. */
  static DataSource plain() {
    return server().getPostgresDatabase();
  }

  static HikariDataSource pool(int size) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(plain());
    config.setMaximumPoolSize(size);
    config.setPoolName("test");
    return new HikariDataSource(config);
  }

  private static EmbeddedPostgres server() {
    return SERVER.orElseGet(
        () -> abort("no test against PostgreSQL: it cannot start on this machine, see above"));
  }

  /** The server processes that serve the pool's connections. */
  static Set<Integer> backends(HikariDataSource pool) throws SQLException {
    int size = pool.getMaximumPoolSize();
    Connection[] all = new Connection[size];
    Set<Integer> pids = new TreeSet<>();
    for (int i = 0; i < size; i++) {
      all[i] = pool.getConnection();
      pids.add(backend(all[i]));
    }
    for (Connection connection : all) {
      connection.close();
    }
    assertThat(pids).hasSize(size);
    return pids;
  }

  static int backend(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return number(statement, "select pg_backend_pid()");
    }
  }

  /** The first column of the only row of {@code sql}. */
  static int number(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  /** How many others than this very connection are executing something. */
  static int active() {
    try (Connection connection = plain().getConnection();
        Statement statement = connection.createStatement()) {
      return number(
          statement,
          "select count(*) from pg_stat_activity"
              + " where state <> 'idle' and backend_type = 'client backend'"
              + " and pid <> pg_backend_pid()");
    } catch (SQLException e) {
      return Assertions.fail(e);
    }
  }

  static void terminate(int backend) throws SQLException {
    try (Connection connection = plain().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_terminate_backend(" + backend + ")");
    }
  }

  /** Waits until that server process is inside pg_sleep. */
  static void awaitSleeping(int backend) throws SQLException {
    try (Connection connection = plain().getConnection();
        Statement statement = connection.createStatement()) {
      String sql =
          "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and pid = " + backend;
      await().pollInterval(Duration.ofMillis(5)).until(() -> number(statement, sql) == 1);
    }
  }

  static void awaitActive(int count) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .pollDelay(Duration.ZERO)
        .atMost(Duration.ofSeconds(10))
        .until(() -> active() == count);
  }

  private static Optional<EmbeddedPostgres> start() {
    sweep();
    try {
      Path own = Files.createDirectories(FOLDERS.resolve("" + ProcessHandle.current().pid()));
      return Optional.of(
          EmbeddedPostgres.builder()
              .setDataDirectory(own)
              .setServerConfig("fsync", "off")
              .setServerConfig("max_connections", "100")
              .start());
    } catch (IOException | RuntimeException e) {
      System.err.println("PostgreSQL cannot start here: " + e);
      return Optional.empty();
    }
  }

  /** Stops and removes what test runs that were killed have left behind. */
  private static void sweep() {
    if (!Files.isDirectory(FOLDERS)) {
      return;
    }
    try (Stream<Path> folders = Files.list(FOLDERS)) {
      folders.filter(Postgres::isOrphan).forEach(Postgres::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOrphan(Path folder) {
    long owner = Long.parseLong(folder.getFileName().toString());
    return ProcessHandle.of(owner).isEmpty();
  }

  private static void remove(Path folder) {
    try {
      Path pidFile = folder.resolve("postmaster.pid");
      if (Files.exists(pidFile)) {
        List<String> lines = Files.readAllLines(pidFile);
        ProcessHandle.of(Long.parseLong(lines.get(0).trim()))
            .filter(process -> isServerOf(folder, process))
            .ifPresent(Postgres::stop);
      }
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A process id may have been given away again since. */
  private static boolean isServerOf(Path folder, ProcessHandle process) {
    return process.info().commandLine().orElse("").contains(folder.toString());
  }

  private static void stop(ProcessHandle server) {
    server.destroy();
    server.onExit().orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join();
  }
}
