package dev.ripcord.jdbc;

import java.lang.reflect.Method;
import java.util.Set;
import javax.sql.DataSource;

/**
 * What is known of how a data source comes by a connection.
 *
 * <p>Waiting for one can end early only if another thread does the waiting, and that is right only
 * where the answer does not depend on who asks: a data source that routes by tenant or joins a
 * transaction looks at thread locals, and would give the other thread somebody else's connection.
 * So those that may be asked by any thread are listed.
 */
enum Supply {
  /** Hands out connections that others gave back; makes one wait while there is none. */
  POOL,
  /** Connects to the server. */
  DRIVER,
  /** Must be asked by the thread that wants the connection. */
  UNKNOWN;

  private static final Set<String> POOLS =
      Set.of(
          "com.mchange.v2.c3p0.impl.AbstractPoolBackedDataSource",
          "com.zaxxer.hikari.HikariDataSource",
          "org.apache.tomcat.jdbc.pool.DataSourceProxy",
          "org.h2.jdbcx.JdbcConnectionPool");
  private static final Set<String> DRIVERS =
      Set.of(
          "com.mysql.cj.jdbc.MysqlDataSource",
          "org.h2.jdbcx.JdbcDataSource",
          "org.mariadb.jdbc.MariaDbDataSource",
          "org.postgresql.ds.common.BaseDataSource");

  static Supply of(DataSource source) {
    String asked = classThatAnswers(source);
    if (POOLS.contains(asked)) {
      return POOL;
    }
    return DRIVERS.contains(asked) ? DRIVER : UNKNOWN;
  }

  /** The class that has {@code getConnection}: a subclass that overrides it is not one we know. */
  private static String classThatAnswers(DataSource source) {
    try {
      Method getConnection = source.getClass().getMethod("getConnection");
      return getConnection.getDeclaringClass().getName();
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every data source has getConnection", e);
    }
  }
}
