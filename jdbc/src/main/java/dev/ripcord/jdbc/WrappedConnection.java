package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A connection whose statements end with their contexts. Itself it works under any context. */
final class WrappedConnection extends Wrapped<Connection> {
  private WrappedConnection(Connection raw, Session session) {
    super(raw, session);
  }

  static Connection of(Connection raw, Session session) {
    return new WrappedConnection(raw, session).as(Connection.class);
  }

  @Override
  @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    switch (method.getName()) {
      case "commit":
        session.commit(Context.current());
        return null;
      case "close":
        session.close();
        return null;
      case "abort":
        session.abort((Executor) Objects.requireNonNull(args)[0]);
        return null;
      case "isClosed":
        return ask(method, args); // must not wait for a statement that another thread runs
      default:
        return wrapped(session.inTurn(() -> ask(method, args)));
    }
  }

  private @Nullable Object wrapped(@Nullable Object answer) {
    if (answer instanceof Statement statement) {
      return WrappedStatement.of(statement, session);
    }
    if (answer instanceof DatabaseMetaData metaData) {
      return WrappedMetaData.of(metaData, session);
    }
    return answer;
  }
}
