package dev.ripcord.server.db;

import dev.ripcord.server.CannotStart;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the database to the version this program works with: tables, and generated but realistic
 * data.
 */
final class Schema {
  private static final Logger log = LoggerFactory.getLogger(Schema.class);

  private Schema() {}

  static void migrate(Database database) throws CannotStart {
    long start = System.nanoTime();
    try {
      MigrateResult result =
          Flyway.configure()
              .dataSource(database.connections("ripcord-migration"))
              .schemas(Database.SCHEMA)
              .defaultSchema(Database.SCHEMA)
              .locations("classpath:dev/ripcord/server/db/migration")
              .group(true) // one transaction: all of it or nothing, and less to write to the log
              .load()
              .migrate();
      log.info(
          "{} migrations in {} ms",
          result.migrationsExecuted,
          (System.nanoTime() - start) / 1_000_000);
    } catch (FlywayException e) {
      throw new CannotStart(
          "The tables could not be made in "
              + database
              + ": "
              + String.valueOf(e.getMessage())
                  .lines()
                  .filter(line -> !line.isBlank())
                  .findFirst()
                  .orElse("")
              + ". The user needs the right to create the schema \""
              + Database.SCHEMA
              + "\" there (GRANT CREATE ON DATABASE ... TO ...), and nobody else may have changed it.",
          e);
    }
  }
}
