package dev.ripcord.bench.sql;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.cascade.Child;
import dev.ripcord.bench.cascade.Database;
import dev.ripcord.bench.sql.SqlMeasuring.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code ripcord bench --only sql}. */
public final class SqlGroup implements Group {
  static final String TOLD = "a running statement, cancel until the client is told";
  static final String IDLE = "a running statement, cancel until the server is idle";
  static final String EARLY = "within 1 ms of execute, cancel until the client is told, p90";
  static final String LATE = "a deadline of 1 s, how late the client is told";

  /** A group that has measured nothing yet. */
  public SqlGroup() {}

  @Override
  public String name() {
    return "sql";
  }

  @Override
  public String purpose() {
    return "what it costs that SQL can be stopped, and how soon it stops";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(45);
  }

  @Override
  public void run(Run run) throws Exception {
    String jar = System.getProperty("ripcord.server.jar");
    if (jar == null) {
      skip(run, "not started with ./ripcord bench, so there is no PostgreSQL");
      return;
    }
    try (Database database = database(run, Path.of(jar))) {
      if (database != null) {
        measure(run, database);
      }
    }
  }

  private static @Nullable Database database(Run run, Path jar) {
    try {
      return Database.start(jar);
    } catch (IOException e) {
      skip(run, "PostgreSQL does not start here: " + e.getMessage());
      return null;
    }
  }

  private static void skip(Run run, String why) {
    run.note("skipped: " + why);
    for (Usage usage : Usage.values()) {
      for (Under under : Under.values()) {
        run.row(Row.skipped("sql", name(usage, under), "us", why));
      }
    }
    for (String name : List.of(TOLD, IDLE, EARLY, LATE)) {
      run.row(Row.skipped("sql", name, "us", why));
    }
  }

  static String name(Usage usage, Under under) {
    return usage.title() + "; " + under.title();
  }

  private static void measure(Run run, Database database) throws IOException {
    Pace pace = run.quick() ? Pace.QUICK : Pace.FULL;
    try (Child process =
        Child.java(
            "sql",
            database.environment(),
            "-cp",
            System.getProperty("java.class.path"),
            SqlProcess.class.getName())) {
      process.awaitReady("sql");
      SqlMeasuring measuring = new SqlMeasuring(run, process, pace);
      measuring.overhead();
      measuring.running();
      measuring.early();
      measuring.deadlines();
    }
  }
}
