package dev.ripcord.examples;

import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Key;
import dev.ripcord.TaskGroup;
import dev.ripcord.ValueCodec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;

/** Answers a request with two workers, each of which blocks in somebody else's server. */
final class RequestHandler {
  static final Key<String> TRACE = Key.propagated("trace", ValueCodec.utf8());

  private static final String A_LONG_WRITE =
      "insert into report select sum(mod(x * x, 7)) from system_range(1, 1000000000000)";

  private final BlockingPop turns; // Redis
  private final DataSource database; // a ContextDataSource
  private final Transcript transcript;

  RequestHandler(BlockingPop turns, DataSource database, Transcript transcript) {
    this.turns = turns;
    this.database = database;
    this.transcript = transcript;
  }

  void handle(Context request) throws InterruptedException, ExecutionException {
    try (TaskGroup workers = TaskGroup.open(request)) {
      workers.fork("writeRedis", this::writeRedis);
      workers.fork("writeDatabase", this::writeDatabase);
      workers.join();
    } catch (ContextException end) {
      transcript.says("handler", "both have stopped: " + end.cancellation().reason());
    }
  }

  private Void writeRedis() {
    Context ctx = Context.current();
    transcript.says("writeRedis", ctx.value(TRACE) + " waits for its turn");
    try {
      turns.pop(ctx, "turns");
      throw new AssertionError("nobody gives a turn here");
    } catch (ContextException end) {
      transcript.says("writeRedis", ctx.value(TRACE) + " stopped: " + end.cancellation().reason());
      throw end;
    }
  }

  private Void writeDatabase() throws SQLException {
    String trace = Context.current().value(TRACE);
    transcript.says("writeDatabase", trace + " writes its report");
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(A_LONG_WRITE);
      throw new AssertionError("it takes a day");
    } catch (SQLException e) {
      if (e.getCause() instanceof ContextException end) {
        transcript.says("writeDatabase", trace + " stopped: " + end.cancellation().reason());
        throw end;
      }
      throw e;
    }
  }
}
