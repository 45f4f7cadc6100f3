package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryRequest;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // closing may be interrupted, and the test then fails
class QuietCancelTest {

  @Test
  void cancelingAStreamWhoseRowsWaitIsNoWarning() throws Exception {
    Logs.use(Logs.Format.TEXT, "info");
    Warnings warnings = new Warnings();
    Logger.getLogger("").addHandler(warnings);
    MemoryDb tables = new MemoryDb(InstantSource.system());
    tables.rows = 100_000;
    Ripcord edge = Ripcord.builder().service("edge").build();
    QueryRequest query =
        QueryRequest.newBuilder().setName("orders_of_region").putParameters("region", "x").build();
    try (TestServer db = tables.serve();
        CancelScope scope = Context.background().withCancel()) {
      DbGrpc.DbBlockingStub stub = DbGrpc.newBlockingStub(db.channelFor(edge));
      scope.context().call(() -> stub.stream(query).next());
      tables.awaitStandstill();
      scope.cancel();
      await().until(() -> db.ripcord().liveCalls() == 0);
    } finally {
      Logger.getLogger("").removeHandler(warnings);
    }
    assertThat(warnings.seen).isEmpty();
  }

  private static final class Warnings extends Handler {
    final Queue<String> seen = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
        seen.add(record.getLoggerName() + ": " + record.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
