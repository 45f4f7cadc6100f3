package dev.ripcord.server.db;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The PostgreSQL that is used: where it is, who to be there, and that it lets us in.
 *
 * @param url {@code jdbc:postgresql://...}
 * @param properties what the driver is told beside it
 */
record Database(String url, Properties properties) {
  static final String SCHEMA = "ripcord";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration STARTING_UP = Duration.ofSeconds(15);

  /** The user's own. */
  static Database of(Settings settings, String url) throws CannotStart {
    Properties parsed = new Driver().acceptsURL(url) ? Driver.parseURL(url, null) : null;
    if (parsed == null) {
      throw new CannotStart(
          "--database-url \""
              + withoutSecrets(url)
              + "\" is no PostgreSQL address. It looks like jdbc:postgresql://host:5432/database; user and password go to"
              + " --database-user and RIPCORD_DATABASE_PASSWORD.");
    }
    return new Database(url, login(settings.databaseUser(), settings.databasePassword()));
  }

  /** The one that runs here. */
  static Database of(LocalPostgres postgres) {
    return new Database(postgres.url(), login(postgres.user(), postgres.password()));
  }

  private static Properties login(@Nullable String user, @Nullable String password) {
    Properties properties = new Properties();
    if (user != null) {
      PGProperty.USER.set(properties, user);
    }
    if (password != null) {
      PGProperty.PASSWORD.set(properties, password);
    }
    return properties;
  }

  /** Connections that show as {@code application} in the server's own lists, and see our schema. */
  PGSimpleDataSource connections(String application) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    configure(source, application);
    return source;
  }

  /** Makes {@code source} give such connections. */
  void configure(PGSimpleDataSource source, String application) {
    source.setUrl(url);
    properties.forEach((name, value) -> set(source, (String) name, (String) value));
    source.setApplicationName(application);
    source.setCurrentSchema(SCHEMA);
    source.setConnectTimeout((int) CONNECT_TIMEOUT.toSeconds());
    source.setLoginTimeout((int) CONNECT_TIMEOUT.multipliedBy(2).toSeconds());
    source.setTcpKeepAlive(true);
  }

  private static void set(PGSimpleDataSource source, String name, String value) {
    try {
      source.setProperty(name, value);
    } catch (SQLException e) {
      throw new IllegalArgumentException(name + " is no property of the driver", e);
    }
  }

  /**
   * Makes sure that it can be used, or says in a person's words why not. A server that is starting
   * up is waited for.
   */
  void check() throws CannotStart, InterruptedException {
    long end = System.nanoTime() + STARTING_UP.toNanos();
    while (true) {
      try (Connection connection = connections("ripcord").getConnection()) {
        checkVersion(connection);
        return;
      } catch (SQLException e) {
        if (!"57P03".equals(e.getSQLState()) || System.nanoTime() - end >= 0) {
          throw new CannotStart(explain(e), e);
        }
      }
      Thread.sleep(200);
    }
  }

  private static void checkVersion(Connection connection) throws SQLException, CannotStart {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    if (major < 12) {
      throw new CannotStart(
          "The database server is PostgreSQL " + major + "; 12 or newer is needed.");
    }
  }

  private String explain(SQLException e) {
    String where = "The database at " + withoutSecrets(url);
    String says = " (" + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ")";
    return switch (String.valueOf(e.getSQLState())) {
      case "28P01", "28000", "08004" ->
          where
              + " refuses this user or password"
              + says
              + ". Correct --database-user and RIPCORD_DATABASE_PASSWORD, or what its pg_hba.conf allows.";
      case "3D000" ->
          where
              + " does not exist"
              + says
              + ". Create it (createdb -O <user> <name>), or name another in --database-url.";
      case "53300" ->
          where
              + " has no connections left"
              + says
              + ". Raise its max_connections, or stop something that uses it.";
      default ->
          where
              + " cannot be reached"
              + says
              + ". See that PostgreSQL runs there and can be reached from here, correct --database-url, or leave that out to use"
              + " the PostgreSQL that comes with this program.";
    };
  }

  /** URLs can carry passwords, and messages end in logs. */
  static String withoutSecrets(String url) {
    return url.replaceAll("//[^/@]*@", "//...@")
        .replaceAll("(?i)([?&][^=&]*(?:user|password)[^=&]*)=[^&]*", "$1=...");
  }

  @Override
  public String toString() {
    return withoutSecrets(url);
  }
}
