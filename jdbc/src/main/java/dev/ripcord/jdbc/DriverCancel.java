package dev.ripcord.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** How one connection's driver is made to give up what it is executing. */
interface DriverCancel {

  /**
   * Asks the server to give up. Called from another thread than the executing one, again and again
   * until the execution has returned and never after, so a request that came too early for the
   * server may be lost.
   *
   * @param executing what is being executed; null if it is nothing that JDBC can name
   */
  void cancel(@Nullable Statement executing) throws SQLException;

  /**
   * Called by the executing thread before something cancellable is sent. Is not cancelled itself.
   */
  void prepare() throws SQLException;

  /** The best way there is for {@code connection}. */
  static DriverCancel of(Connection connection) throws SQLException {
    DriverCancel exact = PostgresPresence.KNOWN ? PostgresCancel.ofPostgres(connection) : null;
    return exact == null ? BestEffortCancel.INSTANCE : exact;
  }

  /** Whether PostgreSQL's driver is on the class path. Nobody has to have it. */
  final class PostgresPresence {
    static final boolean KNOWN = isKnown("org.postgresql.core.BaseConnection");

    private PostgresPresence() {}

    private static boolean isKnown(String className) {
      try {
        Class.forName(className, false, DriverCancel.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException | LinkageError absent) {
        return false;
      }
    }
  }
}
