package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an execution, which end with its context: moving to another row throws. The row at
 * hand stays readable, and nobody closes the result set but its user.
 */
final class ContextResultSet extends DelegatingResultSet {
  private final Session session;
  private @Nullable Statement statement; // the user's; of the driver's own, once asked for
  private final Context context;
  private final boolean fetches; // whether moving may have to ask the server

  private ContextResultSet(
      ResultSet raw,
      Session session,
      @Nullable Statement statement,
      Context context,
      boolean fetches) {
    super(raw);
    this.session = session;
    this.statement = statement;
    this.context = context;
    this.fetches = fetches;
  }

  static ContextResultSet of(
      ResultSet raw, Session session, @Nullable Statement statement, Context context)
      throws SQLException {
    boolean fetches = context.canEnd() && raw.getFetchSize() != 0;
    return new ContextResultSet(raw, session, statement, context, fetches);
  }

  private boolean move(SqlCall<Boolean> move) throws SQLException {
    if (fetches) {
      return execute(move);
    }
    Cut.throwIfDone(context);
    return Boolean.TRUE.equals(move.run());
  }

  private boolean execute(SqlCall<Boolean> move) throws SQLException {
    return Boolean.TRUE.equals(session.execute(context, raw.getStatement(), move));
  }

  @Override
  public boolean next() throws SQLException {
    if (fetches) {
      return execute(raw::next);
    }
    Cut.throwIfDone(context);
    return raw.next();
  }

  @Override
  public void close() throws SQLException {
    if (!fetches) {
      raw.close();
      return;
    }
    try {
      raw.close();
    } catch (SQLException e) {
      if (!context.isDone()) {
        throw e;
      } // else rows that nobody will read were cut
    } finally {
      session.endStream();
    }
  }

  @Override
  public boolean previous() throws SQLException {
    return move(raw::previous);
  }

  @Override
  public boolean first() throws SQLException {
    return move(raw::first);
  }

  @Override
  public boolean last() throws SQLException {
    return move(raw::last);
  }

  @Override
  public boolean absolute(int row) throws SQLException {
    return move(() -> raw.absolute(row));
  }

  @Override
  public boolean relative(int rows) throws SQLException {
    return move(() -> raw.relative(rows));
  }

  @Override
  public boolean isLast() throws SQLException {
    return fetches ? move(raw::isLast) : raw.isLast(); // fetching, it looks for another row
  }

  @Override
  public void insertRow() throws SQLException {
    write(raw::insertRow);
  }

  @Override
  public void updateRow() throws SQLException {
    write(raw::updateRow);
  }

  @Override
  public void deleteRow() throws SQLException {
    write(raw::deleteRow);
  }

  @Override
  public void refreshRow() throws SQLException {
    write(raw::refreshRow);
  }

  private interface Write {
    void run() throws SQLException;
  }

  private void write(Write write) throws SQLException {
    SqlCall<Void> call =
        () -> {
          write.run();
          return null;
        };
    session.execute(context, raw.getStatement(), call);
  }

  @Override
  public @Nullable Statement getStatement() throws SQLException {
    if (statement == null) {
      Statement own = raw.getStatement();
      statement = own == null ? null : WrappedStatement.of(own, session);
    }
    return statement;
  }

  @Override
  public @Nullable Object getObject(int column) throws SQLException {
    return wrapped(raw.getObject(column));
  }

  @Override
  public @Nullable Object getObject(String label) throws SQLException {
    return wrapped(raw.getObject(label));
  }

  @Override
  public @Nullable Object getObject(int column, Map<String, Class<?>> types) throws SQLException {
    return wrapped(raw.getObject(column, types));
  }

  @Override
  public @Nullable Object getObject(String label, Map<String, Class<?>> types) throws SQLException {
    return wrapped(raw.getObject(label, types));
  }

  @Override
  public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
    T value = raw.getObject(column, type);
    return type == ResultSet.class ? type.cast(wrapped(value)) : value;
  }

  @Override
  public <T> @Nullable T getObject(String label, Class<T> type) throws SQLException {
    T value = raw.getObject(label, type);
    return type == ResultSet.class ? type.cast(wrapped(value)) : value;
  }

  /** A column may hold rows: a cursor. */
  private @Nullable Object wrapped(@Nullable Object value) throws SQLException {
    return value instanceof ResultSet rows ? of(rows, session, null, context) : value;
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Wrapped.unwrap(this, raw, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Wrapped.isWrapperFor(this, raw, type);
  }

  @Override
  public String toString() {
    return raw.toString();
  }
}
