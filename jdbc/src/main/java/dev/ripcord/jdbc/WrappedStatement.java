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
    Statement user = (Statement) self;
    return switch (method.getName()) {
      case "execute",
          "executeQuery",
          "executeUpdate",
          "executeLargeUpdate",
          "executeBatch",
          "executeLargeBatch" ->
          executeUnder(Context.current(), user, method, args);
      case "getMoreResults" -> executeUnder(context, user, method, args);
      case "getConnection" -> session.connection();
      case "close" -> close(method, args);
      // Of something that has happened: whoever did it may know.
      case "getGeneratedKeys" -> wrapped(ask(method, args), user, Context.background());
      default -> wrapped(ask(method, args), user, context);
    };
  }

  private @Nullable Object executeUnder(
      Context now, Statement user, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    context = now;
    return wrapped(session.execute(now, raw, () -> ask(method, args)), user, now);
  }

  private @Nullable Object close(Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    try {
      return ask(method, args);
    } catch (SQLException e) {
      if (context.isDone()) {
        return null; // rows that nobody will read were cut
      }
      throw e;
    } finally {
      session.endStream();
    }
  }

  private @Nullable Object wrapped(@Nullable Object answer, Statement user, Context of)
      throws SQLException {
    return answer instanceof ResultSet rows ? ContextResultSet.of(rows, session, user, of) : answer;
  }
}
