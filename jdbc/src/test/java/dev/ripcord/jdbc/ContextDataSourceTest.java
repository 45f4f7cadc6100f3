package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ContextDataSourceTest {

  @Test
  void null_isRefusedByName() {
    assertThatThrownBy(() -> ContextDataSource.wrap(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("source is null");
  }

  @Test
  void wrappingTwice_wrapsOnce() {
    DataSource wrapped = ContextDataSource.wrap(h2());
    assertThat(ContextDataSource.wrap(wrapped)).isSameAs(wrapped);
  }

  @Test
  void whatMayBeAskedByAnyThread_isKnown() {
    assertThat(Supply.of(new HikariDataSource())).isEqualTo(Supply.POOL);
    assertThat(Supply.of(JdbcConnectionPool.create(h2()))).isEqualTo(Supply.POOL);
    assertThat(Supply.of(h2())).isEqualTo(Supply.DRIVER);
    assertThat(Supply.of(new PGSimpleDataSource())).isEqualTo(Supply.DRIVER);
  }

  /** As a router by tenant does. */
  private static final class ByThread extends HikariDataSource {
    final DataSource target = h2();
    Thread askedBy;

    @Override
    public Connection getConnection() throws SQLException {
      askedBy = Thread.currentThread();
      return target.getConnection();
    }
  }

  @Test
  void whatMayLookAtItsThread_isAskedByTheCallers() throws Exception {
    ByThread router = new ByThread();
    assertThat(Supply.of(router)).isEqualTo(Supply.UNKNOWN);
    try (CancelScope scope = Context.background().withCancel()) {
      DataSource dataSource = ContextDataSource.wrap(router);
      scope.context().call(dataSource::getConnection).close();
      assertThat(router.askedBy).isSameAs(Thread.currentThread());

      scope.cancel();
      assertThatThrownBy(() -> scope.context().call(dataSource::getConnection))
          .hasCauseInstanceOf(CanceledException.class);
    }
  }

  @Test
  void credentials_areHandedOn() throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      DataSource dataSource = ContextDataSource.wrap(h2());
      try (Connection connection =
          scope.context().call(() -> dataSource.getConnection("sa", "secret"))) {
        assertThat(connection.getMetaData().getUserName()).isEqualTo("SA");
      }
    }
  }

  @Test
  void postgresqlsDriver_isNotNeeded() throws Exception {
    ClassLoader without = new WithoutPostgres(getClass().getClassLoader());
    Callable<?> use =
        (Callable<?>)
            without.loadClass(UseOfH2.class.getName()).getDeclaredConstructor().newInstance();
    assertThat(use.call()).isEqualTo("42, without PostgreSQL");
  }

  /** Runs in a world without PostgreSQL's driver. */
  public static final class UseOfH2 implements Callable<String> {
    @Override
    public String call() throws SQLException {
      try (Connection connection = ContextDataSource.wrap(h2()).getConnection();
          java.sql.ResultSet rows = connection.createStatement().executeQuery("select 42")) {
        rows.next();
        return rows.getInt(1)
            + (DriverCancel.Driver.POSTGRES.isPresent ? ", with" : ", without")
            + " PostgreSQL";
      }
    }
  }

  /** Loads this package's classes anew and knows no PostgreSQL. */
  private static final class WithoutPostgres extends ClassLoader {
    WithoutPostgres(ClassLoader parent) {
      super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("org.postgresql.")) {
        throw new ClassNotFoundException(name);
      }
      if (!name.startsWith("dev.ripcord.jdbc.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      URL file = getParent().getResource(name.replace('.', '/') + ".class");
      try (InputStream in = file.openStream()) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  private static JdbcDataSource h2() {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:");
    h2.setUser("sa");
    return h2;
  }
}
