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
  default void prepare() throws SQLException {}

  /**
   * Called by the executing thread after something was cancelled and has returned, and before
   * anything else is sent: takes back what of the cancel has not been heeded.
   */
  default void settle() throws SQLException {}

  /**
   * Whether the server may still be at work for {@code executed} although it has returned: it sends
   * rows as they are read. Then it is cancelled between two rows as well.
   */
  default boolean isStreaming(@Nullable Statement executed) throws SQLException {
    return false;
  }

  /**
   * Whether {@code answer} may be that of a server that gave up, and said nothing. Asked when an
   * execution has returned normally although it was cancelled.
   */
  default boolean isDoubtful(@Nullable Object answer, @Nullable Statement executed)
      throws SQLException {
    return false;
  }

  /**
   * Whether a statement of the transaction at hand has failed such that a commit would roll it
   * back, and say nothing.
   */
  default boolean isTransactionLost() throws SQLException {
    return false;
  }

  /** The best way there is for {@code connection}. */
  static DriverCancel of(Connection connection) throws SQLException {
    DriverCancel exact = Driver.POSTGRES.isPresent ? PostgresCancel.ofPostgres(connection) : null;
    if (exact == null && Driver.MARIADB.isPresent) {
      exact = MariaDbCancel.ofMariaDb(connection);
    }
    if (exact == null && Driver.H2.isPresent) {
      exact = H2Cancel.ofH2(connection);
    }
    return exact == null ? BestEffortCancel.INSTANCE : exact;
  }

  /** The drivers that are known, and whether they are on the class path. Nobody has to have any. */
  enum Driver {
    POSTGRES("org.postgresql.core.BaseConnection"),
    MARIADB("org.mariadb.jdbc.Connection"), // since 3.0
    H2("org.h2.engine.SessionLocal"); // since 2.0

    final boolean isPresent;

    Driver(String className) {
      this.isPresent = isKnown(className);
    }

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
