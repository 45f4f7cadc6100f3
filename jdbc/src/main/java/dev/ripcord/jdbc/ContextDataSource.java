package dev.ripcord.jdbc;

import dev.ripcord.Context;
import dev.ripcord.TimeSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Objects;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose SQL stops on the database server when its context ends.
 *
 * <pre>{@code
 * DataSource dataSource = ContextDataSource.wrap(pool);
 *
 * try (CancelScope scope = Context.current().withTimeout(Duration.ofSeconds(2))) {
 *   List<Order> orders = scope.context().call(() -> report(dataSource)); // plain JDBC
 * } catch (SQLException e) {
 *   if (e.getCause() instanceof ContextException ended) {
 *     log.info("given up: {}", ended.cancellation());
 *   }
 * }
 * }</pre>
 *
 * <p>Code that uses the connections needs no change. The context is {@link Context#current()} at
 * the moment a statement is executed, and for {@code getConnection} when it is called.
 *
 * <ul>
 *   <li><b>Execute</b>, batches included: not sent if the context is done; if it ends meanwhile,
 *       the statement is cancelled on the server and throws. The connection stays usable, and
 *       nothing of the cancel reaches a later statement or the connection's next user. A statement
 *       that finished all the same returns normally.
 *   <li><b>Result sets</b> belong to the context of their statement: moving to another row of them
 *       throws once it is done. They are never closed under their reader. Generated keys can always
 *       be read.
 *   <li><b>{@code commit}</b> is never cancelled once sent. Under a done context it is not sent:
 *       the transaction is rolled back and {@code commit} throws.
 *   <li><b>{@code rollback}, {@code setAutoCommit}, {@code close}</b> and all else work under a
 *       done context. A cancelled statement inside a transaction leaves it as any failed one does;
 *       in PostgreSQL nothing but a rollback helps.
 *   <li><b>{@code getConnection}</b> waits no longer than the context lives, if the data source is
 *       HikariCP's, Tomcat's, c3p0's or H2's pool, or that of a driver (PostgreSQL, MariaDB, MySQL,
 *       H2). Any other is asked on the calling thread, as its answer may depend on the thread, and
 *       makes that wait as long as it likes. So wrap the pool itself, and let everything else wrap
 *       this. Who takes connections past this wrapper can make others wait longer than they should.
 * </ul>
 *
 * <p>A cut statement throws an {@link SQLException} whose cause is the {@link
 * dev.ripcord.ContextException} with the cancellation; after a struck deadline it is an {@link
 * java.sql.SQLTimeoutException}. It has the SQLState and code of the driver's own exception, which
 * is suppressed in it, and 57014 if there was none. Kind and reason are the context's: a failure of
 * any sort under a done context is reported as cut.
 *
 * <p>With the drivers of PostgreSQL (42 or later), MariaDB (3 or later) and H2 in this process (2
 * or later) a cancel is neither lost nor strays. With any other it is {@link
 * java.sql.Statement#cancel()}, repeated until the statement returns: best effort, as good as the
 * driver's. {@code unwrap} gives the driver's objects, which know of no context; all other ways
 * lead to wrapped ones.
 *
 * <p>H2 in this process works on the threads of its callers, and a virtual one keeps its carrier
 * meanwhile: as many statements as there are processors hold up all other virtual threads. They are
 * cancelled all the same, since that takes a platform thread.
 *
 * <p>A driver that heeds no cancel, or whose server does not answer, costs the connection:
 * {@linkplain #givingUpAfter after 5 seconds} it is aborted, which frees the thread, and taken out
 * of the pool. The exception says so, and so does the log, with the thread's stack: on the server
 * the statement may run on. A thread in a driver that does not even heed {@link Connection#abort}
 * cannot be freed.
 *
 * <p>A transaction whose statement was cut is never committed by accident: {@code close}, and
 * {@code setAutoCommit(true)} under a done context, roll it back first. To commit whatever becomes
 * of the request, see {@link Commit}.
 *
 * <p>Connections are as safe for several threads as the driver's; one statement runs at a time. No
 * thread is ever interrupted.
 */
public final class ContextDataSource implements DataSource {
  private final DataSource source;
  private final Supply supply;
  private final ConnectionWait pooled;
  private final Grace grace;
  private final SqlAccount account;

  private ContextDataSource(
      DataSource source, ConnectionWait pooled, Grace grace, SqlAccount account) {
    this.source = source;
    this.supply = Supply.of(source);
    this.pooled = pooled;
    this.grace = grace;
    this.account = account;
  }

  /** {@code source} with connections whose statements end with their contexts. */
  public static ContextDataSource wrap(DataSource source) {
    Objects.requireNonNull(source, "source is null");
    if (source instanceof ContextDataSource wrapped) {
      return wrapped;
    }
    TimeSource time = TimeSource.system();
    return new ContextDataSource(
        source,
        new ConnectionWait(source::getConnection, time),
        new Grace(Grace.DEFAULT, time),
        SqlAccount.OF_NOBODY);
  }

  /**
   * The same connections, given up when {@code grace} has passed since their context ended and the
   * driver still does not return: 5 seconds unless told otherwise. {@code
   * ChronoUnit.FOREVER.getDuration()} waits for the driver as long as it likes.
   *
   * @throws IllegalArgumentException if {@code grace} is zero or negative
   */
  public ContextDataSource givingUpAfter(Duration grace) {
    return givingUpAfter(grace, TimeSource.system());
  }

  ContextDataSource givingUpAfter(Duration length, TimeSource time) {
    Objects.requireNonNull(length, "grace is null");
    if (length.isZero() || length.isNegative()) {
      throw new IllegalArgumentException("grace is not positive: " + length);
    }
    return new ContextDataSource(source, pooled, new Grace(length, time), account);
  }

  /** The same connections, with {@code listener} told what becomes of SQL whose context ends. */
  public ContextDataSource telling(SqlListener listener) {
    Objects.requireNonNull(listener, "listener is null");
    return new ContextDataSource(source, pooled, grace, new SqlAccount(listener));
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (supply == Supply.POOL) {
      Context context = Context.current();
      return open(account.take(context, () -> pooled.take(context)), pooled::gaveBack);
    }
    return open(takeUnpooled(source::getConnection), ContextDataSource::forget);
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    return open(
        takeUnpooled(() -> source.getConnection(username, password)), ContextDataSource::forget);
  }

  private Connection takeUnpooled(ConnectionCall call) throws SQLException {
    Context context = Context.current();
    if (supply == Supply.UNKNOWN) {
      Cut.throwIfDone(context);
      return call.run();
    }
    // Waits alone: one that hangs in the network must not be left to the next caller.
    ConnectionWait alone = new ConnectionWait(call, TimeSource.system());
    return account.take(context, () -> alone.take(context));
  }

  private Connection open(Connection raw, Runnable givenBack) throws SQLException {
    try {
      return Session.open(raw, grace, account, givenBack).connection();
    } catch (SQLException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private static void forget() {}

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return Wrapped.unwrap(this, source, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return Wrapped.isWrapperFor(this, source, type);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return source.getParentLogger();
  }

  @Override
  public String toString() {
    return "ContextDataSource[" + source + "]";
  }
}
