package dev.ripcord.jdbc;

import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A call of a stored procedure: a prepared statement like any other, and what the driver has beyond
 * that. Rare, so its hundred methods are not written out.
 */
final class WrappedCall extends Wrapped<CallableStatement> {
  private final Prepared prepared;

  private WrappedCall(CallableStatement raw, Session session) {
    super(raw, session);
    this.prepared = new Prepared(raw, session);
  }

  static CallableStatement of(CallableStatement raw, Session session) {
    WrappedCall call = new WrappedCall(raw, session);
    call.prepared.user = call.as(CallableStatement.class);
    return (CallableStatement) call.prepared.user;
  }

  /** What every prepared statement has. */
  private static final class Prepared extends WrappedPreparedStatement {
    private Statement user = this; // the call, once there is one

    Prepared(CallableStatement raw, Session session) {
      super(raw, session);
    }

    @Override
    Statement user() {
      return user;
    }
  }

  @Override
  @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    if (method.getDeclaringClass() != CallableStatement.class) {
      return ask(prepared, method, args);
    }
    Object answer = ask(raw, method, args);
    return answer instanceof ResultSet rows ? prepared.results(rows) : answer; // a cursor
  }
}
