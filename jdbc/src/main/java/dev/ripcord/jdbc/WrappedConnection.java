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
    return switch (method.getName()) {
      case "commit" -> done(() -> session.commit(Context.current()));
      case "rollback" -> session.rollback(Context.current(), () -> ask(method, args));
      case "setAutoCommit" ->
          session.setAutoCommit(
              Context.current(), Boolean.TRUE.equals(first(args)), () -> ask(method, args));
      case "close" -> done(session::close);
      case "abort" -> done(() -> session.abort((Executor) Objects.requireNonNull(first(args))));
      case "isClosed" -> ask(method, args); // must not wait for what another thread executes
      default -> wrapped(session.inTurn(() -> ask(method, args)));
    };
  }

  private static @Nullable Object done(Session.Step step) throws SQLException {
    step.run();
    return null;
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
