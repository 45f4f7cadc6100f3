package dev.ripcord.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.engine.Session;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;

/**
 * H2 in this process: a mark on its session, which the session looks at every hundred rows or so,
 * throws at, and takes away. {@code Statement.cancel()} marks the command instead, and a command
 * that has ended without looking keeps its mark: its next execution, by whomever, would be cut. The
 * session's mark can be taken back.
 *
 * <p>H2 as a server of its own is not known to be exact: see {@link BestEffortCancel}.
 */
final class H2Cancel implements DriverCancel {
  private final SessionLocal session;

  private H2Cancel(SessionLocal session) {
    this.session = session;
  }

  /** Null if {@code connection} is not one to an H2 in this process. */
  static @Nullable H2Cancel ofH2(Connection connection) throws SQLException {
    if (!connection.isWrapperFor(JdbcConnection.class)) {
      return null;
    }
    Session session = connection.unwrap(JdbcConnection.class).getSession();
    return session instanceof SessionLocal local ? new H2Cancel(local) : null;
  }

  @Override
  public void cancel(@Nullable Statement executing) {
    session.cancel();
  }

  @Override
  public void settle() {
    session.setQueryTimeout(session.getQueryTimeout()); // takes the mark away
  }
}
