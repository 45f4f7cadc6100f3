package dev.ripcord.bench.cascade;

import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/** The PostgreSQL server that both sides use: one that a db role has brought up and filled. */
public final class Database implements AutoCloseable {
  private static final int PORT_LINE = 3;
  private static final String URL = "RIPCORD_DATABASE_URL";
  private static final String LOGIN = "RIPCORD_DATABASE_USER";
  private static final String PASSWORD = "RIPCORD_DATABASE_PASSWORD";
  private static final String USER = "ripcord";

  private final Path folder;
  private final Child host;
  private final String url;
  private final String password;

  private Database(Path folder, Child host, String url, String password) {
    this.folder = folder;
    this.host = host;
    this.url = url;
    this.password = password;
  }

  /**
   * Starts it.
   *
   * @throws IOException if it does not start here
   */
  public static Database start(Path serverJar) throws IOException {
    Path folder = Files.createTempDirectory("ripcord-bench-");
    Child host =
        Child.java(
            "db",
            Map.of(),
            "-jar",
            serverJar.toString(),
            "--role",
            "db",
            "--data-dir",
            folder.toString(),
            "--until-stdin-ends");
    host.awaitReady("port");
    String port = Files.readAllLines(folder.resolve("data/postmaster.pid")).get(PORT_LINE).strip();
    String password = Files.readString(folder.resolve("password")).strip();
    return new Database(
        folder, host, "jdbc:postgresql://127.0.0.1:" + port + "/postgres", password);
  }

  /** For processes that are to use it. */
  public Map<String, String> environment() {
    return Map.of(URL, url, LOGIN, USER, PASSWORD, password);
  }

  /** Has a pool in such a process connect to it. */
  public static void configure(HikariConfig config) {
    config.setJdbcUrl(System.getenv(URL));
    config.setUsername(System.getenv(LOGIN));
    config.setPassword(System.getenv(PASSWORD));
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url, USER, password);
  }

  /** How many of the twin's statements it is running. */
  static int activeOfTwin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where state = 'active' and application_name = '"
                    + TwinServer.APPLICATION
                    + "'")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Ends what the twin runs. */
  static void cancelTwins(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "select pg_cancel_backend(pid) from pg_stat_activity"
              + " where state = 'active' and application_name = '"
              + TwinServer.APPLICATION
              + "'");
    }
  }

  @Override
  public void close() {
    host.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("left behind: " + folder);
    }
  }
}
