package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.NullUnmarked;

/** A statement, prepared or not, each execution of which ends with the context that is current. */
@NullUnmarked // what may be null here is JDBC's affair
class WrappedStatement extends DelegatingStatement {
  private final Session session;
  // Of the last execution: its results belong to it, whoever reads them.
  private volatile Context context = Context.background();

  WrappedStatement(Statement raw, Session session) {
    super(raw);
    this.session = session;
  }

  static Statement of(Statement raw, Session session) {
    if (!(raw instanceof PreparedStatement prepared)) {
      return new WrappedStatement(raw, session);
    }
    return raw instanceof CallableStatement call
        ? WrappedCall.of(call, session)
        : new WrappedPreparedStatement(prepared, session);
  }

  /** What its result sets say that they are from. */
  Statement user() {
    return this;
  }

  final <T> T execute(SqlCall<T> call) throws SQLException {
    return executeUnder(Context.current(), call);
  }

  final ResultSet query(SqlCall<ResultSet> call) throws SQLException {
    Context now = Context.current();
    return results(executeUnder(now, call), now);
  }

  private <T> T executeUnder(Context now, SqlCall<T> call) throws SQLException {
    context = now;
    return session.execute(now, raw, call);
  }

  /** {@code rows} of the last execution. */
  final ResultSet results(ResultSet rows) throws SQLException {
    return results(rows, context);
  }

  private ResultSet results(ResultSet rows, Context of) throws SQLException {
    return rows == null ? null : ContextResultSet.of(rows, session, user(), of);
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    return query(() -> raw.executeQuery(sql));
  }

  @Override
  public int executeUpdate(String sql) throws SQLException {
    return execute(() -> raw.executeUpdate(sql));
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    return execute(() -> raw.execute(sql));
  }

  @Override
  public int[] executeBatch() throws SQLException {
    return execute(() -> raw.executeBatch());
  }

  @Override
  public int executeUpdate(String sql, int generatedKeys) throws SQLException {
    return execute(() -> raw.executeUpdate(sql, generatedKeys));
  }

  @Override
  public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return execute(() -> raw.executeUpdate(sql, columnIndexes));
  }

  @Override
  public int executeUpdate(String sql, String[] columnNames) throws SQLException {
    return execute(() -> raw.executeUpdate(sql, columnNames));
  }

  @Override
  public boolean execute(String sql, int generatedKeys) throws SQLException {
    return execute(() -> raw.execute(sql, generatedKeys));
  }

  @Override
  public boolean execute(String sql, int[] columnIndexes) throws SQLException {
    return execute(() -> raw.execute(sql, columnIndexes));
  }

  @Override
  public boolean execute(String sql, String[] columnNames) throws SQLException {
    return execute(() -> raw.execute(sql, columnNames));
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    return execute(() -> raw.executeLargeBatch());
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    return execute(() -> raw.executeLargeUpdate(sql));
  }

  @Override
  public long executeLargeUpdate(String sql, int generatedKeys) throws SQLException {
    return execute(() -> raw.executeLargeUpdate(sql, generatedKeys));
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
    return execute(() -> raw.executeLargeUpdate(sql, columnIndexes));
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
    return execute(() -> raw.executeLargeUpdate(sql, columnNames));
  }

  @Override
  public boolean getMoreResults() throws SQLException {
    return executeUnder(context, () -> raw.getMoreResults());
  }

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    return executeUnder(context, () -> raw.getMoreResults(current));
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    return results(raw.getResultSet());
  }

  /** Of something that has happened: whoever did it may know. */
  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    return results(raw.getGeneratedKeys(), Context.background());
  }

  @Override
  public Connection getConnection() {
    return session.connection();
  }

  @Override
  public void close() throws SQLException {
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
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Wrapped.unwrap(user(), raw, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Wrapped.isWrapperFor(user(), raw, type);
  }

  @Override
  public String toString() {
    return raw.toString();
  }
}
