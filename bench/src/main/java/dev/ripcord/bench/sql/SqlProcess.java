package dev.ripcord.bench.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.bench.cascade.Database;
import dev.ripcord.jdbc.ContextDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import javax.sql.DataSource;

/**
 * The process that uses the database. Reads lines, does so, and prints what came of it:
 *
 * <ul>
 *   <li>{@code overhead USAGE UNDER TIMES PAIRS}: nanoseconds of ours and of the bare pool, in
 *       turns
 *   <li>{@code running STOP} and {@code early STOP}: microseconds to stop a statement
 *   <li>{@code deadlines PAIRS}: microseconds that a deadline was late
 * </ul>
 *
 * <p>Ends with its standard input.
 */
final class SqlProcess {
  static final String FAILED = "FAILED ";

  private static final int CONNECTIONS = 16;

  private final DataSource pool;
  private final DataSource ours;
  private final StopTimes stops;

  private SqlProcess(DataSource pool) {
    this.pool = pool;
    this.ours = ContextDataSource.wrap(pool);
    this.stops = new StopTimes(pool);
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    HikariConfig config = new HikariConfig();
    Database.configure(config);
    config.setMaximumPoolSize(CONNECTIONS);
    SqlProcess process = new SqlProcess(new HikariDataSource(config));
    System.out.println("READY sql=1");
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(process.answer(line.split(" ", -1)));
    }
    System.exit(0);
  }

  private String answer(String[] order) {
    try {
      return switch (order[0]) {
        case "overhead" ->
            overhead(
                Usage.valueOf(order[1]),
                Under.valueOf(order[2]),
                Integer.parseInt(order[3]),
                Integer.parseInt(order[4]));
        case "running" -> stops.running(Stop.valueOf(order[1]));
        case "early" -> stops.early(Stop.valueOf(order[1]));
        case "deadlines" -> stops.deadlines(Integer.parseInt(order[1]));
        default -> FAILED + "no such order";
      };
    } catch (Exception e) {
      return FAILED + String.valueOf(e).lines().findFirst().orElse("");
    }
  }

  private String overhead(Usage usage, Under under, int times, int pairs) throws Exception {
    StringBuilder nanos = new StringBuilder();
    Under.Others others = under.others();
    try {
      for (int i = 0; i < pairs; i++) {
        boolean oursFirst = i % 2 == 0;
        double first = usage.nanos(oursFirst ? ours : pool, under, times);
        double second = usage.nanos(oursFirst ? pool : ours, under, times);
        nanos.append(oursFirst ? first : second).append(' ');
        nanos.append(oursFirst ? second : first).append(' ');
      }
    } finally {
      others.close();
    }
    return nanos.toString().strip();
  }
}
