package dev.ripcord.bench.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.bench.cascade.Child;
import dev.ripcord.bench.cascade.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That every order is carried out on a real PostgreSQL; nothing is measured. */
class SqlProcessIT {
  private static final Path SERVER = Path.of("..", "server", "target", "ripcord-server.jar");
  private static final double HALF_A_STATEMENT = 15e6; // microseconds

  @Test
  void everyOrderIsAnswered_andStatementsStop() throws Exception {
    assumeTrue(Files.exists(SERVER), "the server's jar is not built");
    try (Database database = Database.start(SERVER);
        Child process =
            Child.java(
                "sql",
                database.environment(),
                "-cp",
                System.getProperty("java.class.path"),
                SqlProcess.class.getName())) {
      process.awaitReady("sql");
      for (Usage usage : Usage.values()) {
        for (Under under : Under.values()) {
          assertThat(figures(process, "overhead " + usage + " " + under + " 3 1")).hasSize(2);
        }
      }
      for (Stop stop : Stop.values()) {
        assertThat(figures(process, "running " + stop))
            .hasSize(2)
            .allMatch(micros -> micros < HALF_A_STATEMENT);
        assertThat(figures(process, "early " + stop)).hasSize(1);
      }
      assertThat(figures(process, "deadlines 1")).hasSize(2);
      assertThat(process.ask("nonsense")).startsWith(SqlProcess.FAILED);
    }
  }

  private static List<Double> figures(Child process, String order) throws Exception {
    String answer = process.ask(order);
    assertThat(answer).as(order).isNotNull().doesNotStartWith(SqlProcess.FAILED);
    return Stream.of(answer.split(" ", -1)).map(Double::valueOf).toList();
  }
}
