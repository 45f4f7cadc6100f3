package dev.ripcord.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;

/** The databases whose statements are cancelled exactly, and what differs between them. */
enum Database {
  POSTGRES {
    @Override
    DataSource plain() {
      return Postgres.plain();
    }

    @Override
    String sleep(double seconds) {
      return "select pg_sleep(" + seconds + ")";
    }

    @Override
    String endless() {
      return sleep(60);
    }

    @Override
    String numbers(int last) {
      return "select generate_series(1, " + last + ")";
    }

    @Override
    String id() {
      return "select pg_backend_pid()";
    }

    @Override
    String executing() {
      return "select count(*) from pg_stat_activity where state = 'active'"
          + " and backend_type = 'client backend' and pid <> pg_backend_pid()";
    }
  },

  MARIADB {
    @Override
    DataSource plain() {
      return MariaDb.plain();
    }

    @Override
    String sleep(double seconds) {
      return "select sleep(" + seconds + ")";
    }

    /** To be killed is no failure to its sleep(): that answers 1. */
    @Override
    String endless() {
      return "select count(*) from seq_1_to_1000000 a, seq_1_to_1000000 b where a.seq * b.seq = -1";
    }

    @Override
    String numbers(int last) {
      return "select seq from seq_1_to_" + last;
    }

    @Override
    String id() {
      return "select connection_id()";
    }

    @Override
    String executing() {
      return "select count(*) from information_schema.processlist"
          + " where command in ('Query', 'Execute') and id <> connection_id()";
    }
  },

  H2 {
    @Override
    DataSource plain() {
      JdbcDataSource h2 = new JdbcDataSource();
      h2.setURL("jdbc:h2:mem:test;DB_CLOSE_DELAY=-1");
      h2.setUser("sa");
      return h2;
    }

    /** It has nothing that sleeps, so it counts: some ten rows in a microsecond. */
    @Override
    String sleep(double seconds) {
      long rows = (long) (seconds * 1e7);
      return "select count(*) from system_range(1, " + rows + ") where x * x = -1";
    }

    @Override
    String endless() {
      return "select count(*) from system_range(1, 1000000) a, system_range(1, 1000000) b"
          + " where a.x * b.x = -1";
    }

    @Override
    String numbers(int last) {
      return "select x from system_range(1, " + last + ")";
    }

    @Override
    String id() {
      return "select session_id()";
    }

    @Override
    String executing() {
      return "select count(*) from information_schema.sessions"
          + " where executing_statement is not null and session_id <> session_id()";
    }
  };

  /** Connects anew each time; skips the test if the database cannot start on this machine. */
  abstract DataSource plain();

  /** A query of one row that takes so long, or about so long. */
  abstract String sleep(double seconds);

  /** A query of one row that takes longer than any test. */
  abstract String endless();

  /** A query of the whole numbers from 1 to {@code last}. */
  abstract String numbers(int last);

  /** A query of one number that tells one connection from the others. */
  abstract String id();

  /** A query of how many other connections are executing something. */
  abstract String executing();

  HikariDataSource pool(int size) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(plain());
    config.setMaximumPoolSize(size);
    config.setPoolName(name());
    return new HikariDataSource(config);
  }

  void awaitExecuting(int count) throws SQLException {
    try (Connection connection = plain().getConnection();
        Statement statement = connection.createStatement()) {
      Awaitility.await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> Postgres.number(statement, executing()) == count);
    }
  }
}
