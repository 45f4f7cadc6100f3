package dev.ripcord.server.db;

import dev.ripcord.Context;
import dev.ripcord.server.Failures;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.db.v1.Row;
import io.grpc.stub.ServerCallStreamObserver;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the rows of one query as fast as the caller takes them. While the caller is slow the
 * database's cursor stays open and no thread waits: gRPC calls back when there is room. gRPC runs
 * these calls one after the other, so nothing here needs a lock.
 */
final class RowStream {
  private static final Logger log = LoggerFactory.getLogger(RowStream.class);
  private static final int FETCH_SIZE = 500;

  private final Context context = Context.current();
  private final NamedQuery query;
  private final WorkLog.Mark mark;
  private final ServerCallStreamObserver<Row> caller;
  private @Nullable Connection connection; // null before it is opened and again once closed
  private @Nullable Rows rows;
  private boolean over;

  private RowStream(NamedQuery query, WorkLog.Mark mark, ServerCallStreamObserver<Row> caller) {
    this.query = query;
    this.mark = mark;
    this.caller = caller;
  }

  /** Must be called by the handler itself, while it may still say what to do when there is room. */
  static void start(
      DataSource source,
      NamedQuery query,
      Map<String, Object> values,
      WorkLog.Mark mark,
      ServerCallStreamObserver<Row> caller) {
    RowStream stream = new RowStream(query, mark, caller);
    caller.setOnReadyHandler(stream::send);
    caller.setOnCancelHandler(stream::close);
    caller.setOnCloseHandler(stream::close);
    stream.inContext(() -> stream.open(source, values));
    stream.send();
  }

  /** A step that may fail. */
  private interface Step {
    void run() throws SQLException;
  }

  private void inContext(Step step) {
    try {
      context.call(
          () -> {
            step.run();
            return over;
          });
    } catch (SQLException e) {
      fail(SqlFailures.toThrow(query, e));
    } catch (Exception e) {
      fail(e);
    }
  }

  private void open(DataSource source, Map<String, Object> values) throws SQLException {
    Connection opened = source.getConnection();
    connection = opened;
    // PostgreSQL reads a result in parts only inside a transaction.
    opened.setAutoCommit(false);
    PreparedStatement statement = opened.prepareStatement(query.sql());
    statement.setFetchSize(FETCH_SIZE);
    query.bind(statement, values);
    rows = new Rows(statement.executeQuery());
  }

  private void send() {
    if (!over) {
      inContext(this::sendWhileReady);
    }
  }

  private void sendWhileReady() throws SQLException {
    Rows open = rows;
    while (open != null && caller.isReady()) {
      if (!open.next()) {
        close();
        caller.onCompleted();
        return;
      }
      caller.onNext(open.current());
    }
  }

  private void fail(Exception e) {
    if (!over) {
      close();
      caller.onError(Failures.toStatus(context, e));
    }
  }

  /** Gives the connection back. The statement and the cursor go with the transaction. */
  private void close() {
    over = true;
    Connection open = connection;
    connection = null;
    rows = null;
    if (open == null) {
      mark.close();
      return;
    }
    try (open) {
      open.rollback();
      open.setAutoCommit(true);
    } catch (SQLException e) {
      log.debug("the connection of a stream was given back broken", e);
    } finally {
      mark.close();
    }
  }
}
