package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.ShardingKey;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.NullUnmarked;

/** A connection whose statements end with their contexts. Itself it works under any context. */
@NullUnmarked // what may be null here is JDBC's affair
final class WrappedConnection implements Connection {
  private final Connection raw;
  private final Session session;

  WrappedConnection(Connection raw, Session session) {
    this.raw = raw;
    this.session = session;
  }

  // What differs.

  @Override
  public void commit() throws SQLException {
    session.commit(Context.current());
  }

  @Override
  public void rollback() throws SQLException {
    session.rollback(Context.current(), () -> raw.rollback());
  }

  @Override
  public void rollback(Savepoint savepoint) throws SQLException {
    session.rollback(Context.current(), () -> raw.rollback(savepoint));
  }

  @Override
  public void setAutoCommit(boolean autoCommit) throws SQLException {
    session.setAutoCommit(Context.current(), autoCommit, () -> raw.setAutoCommit(autoCommit));
  }

  @Override
  public void close() throws SQLException {
    session.close();
  }

  @Override
  public void abort(Executor executor) throws SQLException {
    session.abort(executor);
  }

  /** Must not wait for what another thread executes. */
  @Override
  public boolean isClosed() throws SQLException {
    return raw.isClosed();
  }

  @Override
  public DatabaseMetaData getMetaData() throws SQLException {
    return WrappedMetaData.of(session.inTurn(() -> raw.getMetaData()), session);
  }

  /** Asks the server nothing, so whoever is at work need not be waited for. */
  @Override
  public Statement createStatement() throws SQLException {
    return new WrappedStatement(raw.createStatement(), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return new WrappedPreparedStatement(session.inTurn(() -> raw.prepareStatement(sql)), session);
  }

  @Override
  public CallableStatement prepareCall(String sql) throws SQLException {
    return WrappedCall.of(session.inTurn(() -> raw.prepareCall(sql)), session);
  }

  @Override
  public Statement createStatement(int type, int concurrency) throws SQLException {
    return new WrappedStatement(raw.createStatement(type, concurrency), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency)
      throws SQLException {
    return new WrappedPreparedStatement(
        session.inTurn(() -> raw.prepareStatement(sql, type, concurrency)), session);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
    return WrappedCall.of(session.inTurn(() -> raw.prepareCall(sql, type, concurrency)), session);
  }

  @Override
  public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
    return new WrappedStatement(raw.createStatement(type, concurrency, holdability), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return new WrappedPreparedStatement(
        session.inTurn(() -> raw.prepareStatement(sql, type, concurrency, holdability)), session);
  }

  @Override
  public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability)
      throws SQLException {
    return WrappedCall.of(
        session.inTurn(() -> raw.prepareCall(sql, type, concurrency, holdability)), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int generatedKeys) throws SQLException {
    return new WrappedPreparedStatement(
        session.inTurn(() -> raw.prepareStatement(sql, generatedKeys)), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
    return new WrappedPreparedStatement(
        session.inTurn(() -> raw.prepareStatement(sql, columnIndexes)), session);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
    return new WrappedPreparedStatement(
        session.inTurn(() -> raw.prepareStatement(sql, columnNames)), session);
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

  // What the driver does, when nothing else is at work on this connection.

  @Override
  public String nativeSQL(String sql) throws SQLException {
    return session.inTurn(() -> raw.nativeSQL(sql));
  }

  @Override
  public boolean getAutoCommit() throws SQLException {
    return session.inTurn(() -> raw.getAutoCommit());
  }

  @Override
  public void setReadOnly(boolean readOnly) throws SQLException {
    session.inTurn(() -> raw.setReadOnly(readOnly));
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return session.inTurn(() -> raw.isReadOnly());
  }

  @Override
  public void setCatalog(String catalog) throws SQLException {
    session.inTurn(() -> raw.setCatalog(catalog));
  }

  @Override
  public String getCatalog() throws SQLException {
    return session.inTurn(() -> raw.getCatalog());
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    session.inTurn(() -> raw.setTransactionIsolation(level));
  }

  @Override
  public int getTransactionIsolation() throws SQLException {
    return session.inTurn(() -> raw.getTransactionIsolation());
  }

  @Override
  public SQLWarning getWarnings() throws SQLException {
    return session.inTurn(() -> raw.getWarnings());
  }

  @Override
  public void clearWarnings() throws SQLException {
    session.inTurn(() -> raw.clearWarnings());
  }

  @Override
  public Map<String, Class<?>> getTypeMap() throws SQLException {
    return session.inTurn(() -> raw.getTypeMap());
  }

  @Override
  public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
    session.inTurn(() -> raw.setTypeMap(map));
  }

  @Override
  public void setHoldability(int holdability) throws SQLException {
    session.inTurn(() -> raw.setHoldability(holdability));
  }

  @Override
  public int getHoldability() throws SQLException {
    return session.inTurn(() -> raw.getHoldability());
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    return session.inTurn(() -> raw.setSavepoint());
  }

  @Override
  public Savepoint setSavepoint(String name) throws SQLException {
    return session.inTurn(() -> raw.setSavepoint(name));
  }

  @Override
  public void releaseSavepoint(Savepoint savepoint) throws SQLException {
    session.inTurn(() -> raw.releaseSavepoint(savepoint));
  }

  @Override
  public Clob createClob() throws SQLException {
    return session.inTurn(() -> raw.createClob());
  }

  @Override
  public Blob createBlob() throws SQLException {
    return session.inTurn(() -> raw.createBlob());
  }

  @Override
  public NClob createNClob() throws SQLException {
    return session.inTurn(() -> raw.createNClob());
  }

  @Override
  public SQLXML createSQLXML() throws SQLException {
    return session.inTurn(() -> raw.createSQLXML());
  }

  @Override
  public boolean isValid(int timeout) throws SQLException {
    return session.inTurn(() -> raw.isValid(timeout));
  }

  @Override
  public void setClientInfo(String name, String value) throws SQLClientInfoException {
    clientInfo(() -> raw.setClientInfo(name, value));
  }

  @Override
  public void setClientInfo(Properties properties) throws SQLClientInfoException {
    clientInfo(() -> raw.setClientInfo(properties));
  }

  @Override
  public String getClientInfo(String name) throws SQLException {
    return session.inTurn(() -> raw.getClientInfo(name));
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    return session.inTurn(() -> raw.getClientInfo());
  }

  @Override
  public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
    return session.inTurn(() -> raw.createArrayOf(typeName, elements));
  }

  @Override
  public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
    return session.inTurn(() -> raw.createStruct(typeName, attributes));
  }

  @Override
  public void setSchema(String schema) throws SQLException {
    session.inTurn(() -> raw.setSchema(schema));
  }

  @Override
  public String getSchema() throws SQLException {
    return session.inTurn(() -> raw.getSchema());
  }

  @Override
  public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
    session.inTurn(() -> raw.setNetworkTimeout(executor, milliseconds));
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    return session.inTurn(() -> raw.getNetworkTimeout());
  }

  @Override
  public void beginRequest() throws SQLException {
    session.inTurn(() -> raw.beginRequest());
  }

  @Override
  public void endRequest() throws SQLException {
    session.inTurn(() -> raw.endRequest());
  }

  @Override
  public boolean setShardingKeyIfValid(
      ShardingKey shardingKey, ShardingKey superShardingKey, int timeout) throws SQLException {
    return session.inTurn(() -> raw.setShardingKeyIfValid(shardingKey, superShardingKey, timeout));
  }

  @Override
  public boolean setShardingKeyIfValid(ShardingKey shardingKey, int timeout) throws SQLException {
    return session.inTurn(() -> raw.setShardingKeyIfValid(shardingKey, timeout));
  }

  @Override
  public void setShardingKey(ShardingKey shardingKey, ShardingKey superShardingKey)
      throws SQLException {
    session.inTurn(() -> raw.setShardingKey(shardingKey, superShardingKey));
  }

  @Override
  public void setShardingKey(ShardingKey shardingKey) throws SQLException {
    session.inTurn(() -> raw.setShardingKey(shardingKey));
  }

  private void clientInfo(Session.Step set) throws SQLClientInfoException {
    try {
      session.inTurn(set);
    } catch (SQLClientInfoException e) {
      throw e;
    } catch (SQLException e) {
      throw new IllegalStateException("it throws nothing else", e);
    }
  }
}
