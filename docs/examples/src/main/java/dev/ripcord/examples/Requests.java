package dev.ripcord.examples;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.jdbc.ContextDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import redis.clients.jedis.Jedis;

/** Two requests to the {@link RequestHandler}: one is cancelled, one times out. */
final class Requests {
  private static final String STILL_RUNNING =
      "select count(*) from information_schema.sessions"
          + " where executing_statement is not null and session_id <> session_id()";

  private Requests() {}

  static void run(Transcript transcript, Pace pace) throws Exception {
    JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:story", "sa", "");
    DataSource database = ContextDataSource.wrap(pool);
    try (LocalRedis redis = LocalRedis.start();
        Jedis waiting = redis.connect();
        Jedis other = redis.connect();
        Connection kept = database.getConnection(); // the database lives as long as it does
        Statement sql = kept.createStatement()) {
      sql.execute("create table report (total bigint)");
      BlockingPop turns = new BlockingPop(waiting, other);
      RequestHandler handler = new RequestHandler(turns, database, transcript);

      canceled(handler, transcript, pace);
      timedOut(handler, pace);

      other.rpush("turns", "the next turn");
      transcript.says(
          "main", "the same connection gets " + turns.pop(Context.background(), "turns"));
      transcript.says("main", "rows written: " + number(sql, "select count(*) from report"));
      transcript.says("main", "statements running: " + number(sql, STILL_RUNNING));
    } finally {
      pool.dispose();
    }
  }

  private static void canceled(RequestHandler handler, Transcript transcript, Pace pace)
      throws Exception {
    Context alice = Context.background().withValue(RequestHandler.TRACE, "alice/1");
    try (CancelScope request = alice.withCancel()) {
      Worker handling = Worker.start("handler", () -> handler.handle(request.context()));
      Thread.sleep(pace.work().toMillis());
      transcript.says("main", "alice presses cancel");
      request.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      handling.awaitEnd();
    }
  }

  private static void timedOut(RequestHandler handler, Pace pace) throws Exception {
    Context bob = Context.background().withValue(RequestHandler.TRACE, "bob/1");
    try (CancelScope request = bob.withTimeout(pace.work())) {
      handler.handle(request.context());
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
