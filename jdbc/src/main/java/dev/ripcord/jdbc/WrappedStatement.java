package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement, prepared or not, each execution of which ends with the context that is current. */
final class WrappedStatement extends Wrapped<Statement> {
  // Of the last execution: its results belong to it, whoever reads them.
  private volatile Context context = Context.background();

  private WrappedStatement(Statement raw, Session session) {
    super(raw, session);
  }

  static Statement of(Statement raw, Session session) {
    return new WrappedStatement(raw, session).as(mostSpecific(raw));
  }

  private static Class<? extends Statement> mostSpecific(Statement raw) {
    if (raw instanceof CallableStatement) {
      return CallableStatement.class;
    }
    return raw instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
  }

  @Override
  @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    switch (method.getName()) {
      case "execute":
      case "executeQuery":
      case "executeUpdate":
      case "executeLargeUpdate":
      case "executeBatch":
      case "executeLargeBatch":
        context = Context.current();
        return execute((Statement) self, method, args);
      case "getMoreResults":
        return execute((Statement) self, method, args);
      case "getConnection":
        return session.connection();
      case "getGeneratedKeys":
        // Of something that has happened: whoever did it may know.
        return wrapped(ask(method, args), (Statement) self, Context.background());
      default:
        return wrapped(ask(method, args), (Statement) self, context);
    }
  }

  private @Nullable Object execute(
      Statement self, Method method, @Nullable Object @Nullable [] args) throws SQLException {
    Context now = context;
    return wrapped(session.execute(now, raw, () -> ask(method, args)), self, now);
  }

  private @Nullable Object wrapped(@Nullable Object answer, Statement self, Context of)
      throws SQLException {
    return answer instanceof ResultSet rows ? ContextResultSet.of(rows, session, self, of) : answer;
  }
}
