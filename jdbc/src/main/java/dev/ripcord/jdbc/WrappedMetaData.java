package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.lang.reflect.Method;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a database tells of itself; much of it is asked by queries, which end like any other. */
final class WrappedMetaData extends Wrapped<DatabaseMetaData> {
  private WrappedMetaData(DatabaseMetaData raw, Session session) {
    super(raw, session);
  }

  static DatabaseMetaData of(DatabaseMetaData raw, Session session) {
    return new WrappedMetaData(raw, session).as(DatabaseMetaData.class);
  }

  @Override
  @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    if (method.getName().equals("getConnection")) {
      return session.connection();
    }
    if (method.getReturnType() != ResultSet.class) {
      return session.inTurn(() -> ask(raw, method, args));
    }
    Context context = Context.current();
    Object answer = session.execute(context, null, () -> ask(raw, method, args));
    return answer == null ? null : ContextResultSet.of((ResultSet) answer, session, null, context);
  }
}
