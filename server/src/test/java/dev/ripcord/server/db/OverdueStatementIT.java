package dev.ripcord.server.db;

import static dev.ripcord.server.db.RunningDb.request;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OverdueWork;
import dev.ripcord.server.ServeProcess;
import dev.ripcord.services.db.v1.DbGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQL that heeds no cancel, in a real PostgreSQL behind a real process, as an operator sees it. */
class OverdueStatementIT {
  private static final HttpClient BROWSER = HttpClient.newHttpClient();
  private static final long RELEASED = 4_711; // an advisory lock: held until the SQL may end

  /**
   * Waits for the lock and catches what comes meanwhile, as functions that catch everything do. The
   * outer block is for the cancel that arrives between two of the inner one.
   */
  private static final String HEEDS_NO_CANCEL =
      """
      create function ripcord.heeds_no_cancel() returns trigger language plpgsql as $$
      declare
        released boolean := false;
      begin
        while not released loop
          begin
            while not released loop
              begin
                perform pg_sleep(0.02);
                released := pg_try_advisory_xact_lock(%d);
              exception when query_canceled then
                null;
              end;
            end loop;
          exception when query_canceled then
            null;
          end;
        end loop;
        return new;
      end $$;
      create trigger heeds_no_cancel before insert on ripcord.audit_log
        for each row execute function ripcord.heeds_no_cancel();
      """
          .formatted(RELEASED);

  @TempDir Path temp;

  @Test
  void isShownWithItsStack_counted_andForgottenWhenItIsOver() throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start(null);
        ServeProcess db = serve(postgres);
        Connection owner =
            DriverManager.getConnection(postgres.url(), postgres.user(), postgres.password());
        Statement sql = owner.createStatement()) {
      ManagedChannel channel = channelTo(db.awaitReady());
      assertThat(calls(channel)).isEmpty();
      assertThat(metrics(db)).contains("ripcord_work_overdue 0.0");
      sql.execute(HEEDS_NO_CANCEL);
      sql.execute("select pg_advisory_lock(" + RELEASED + ")");
      try {
        cancelAnInsert(channel, sql);
        Node node = awaitOverdue(channel);
        assertThat(node.getMethod()).isEqualTo("ripcord.services.db.v1.Db/Execute");
        assertThat(node.getCancellation().getReason().getCode()).isEqualTo("USER_CANCELED");
        assertThat(node.getOverdueList())
            .extracting(OverdueWork::getKind)
            .containsExactly(OverdueWork.Kind.STATEMENT);
        assertThat(String.join("\n", node.getOverdue(0).getStackList()))
            .contains("org.postgresql.", "dev.ripcord.server.db.DbService.change(");
        assertThat(metrics(db))
            .contains("ripcord_work_overdue 1.0")
            .contains("ripcord_work_overdue_detected_total{work=\"statement\"} 1.0")
            .contains("ripcord_work_overdue_detected_total{work=\"handler\"} 0.0");

        sql.execute("select pg_advisory_unlock(" + RELEASED + ")");

        await().atMost(30, SECONDS).until(() -> calls(channel).isEmpty());
        assertThat(metrics(db)).contains("ripcord_work_overdue 0.0");
        await().atMost(10, SECONDS).until(() -> inserting(sql) == 0);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private ServeProcess serve(LocalPostgres postgres) {
    return ServeProcess.start(
        temp,
        Map.of("RIPCORD_DATABASE_PASSWORD", postgres.password()),
        "--role",
        "db",
        "--database-url",
        postgres.url(),
        "--database-user",
        postgres.user(),
        "--http-port",
        "0");
  }

  private static ManagedChannel channelTo(int port) {
    return Ripcord.builder()
        .service("caller")
        .build()
        .install(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext())
        .build();
  }

  private static void cancelAnInsert(ManagedChannel channel, Statement sql) throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      var insert =
          DbGrpc.newFutureStub(channel)
              .withOption(Ripcord.CONTEXT, scope.context())
              .execute(request("audit_write", "text", "late"));
      await().atMost(30, SECONDS).until(() -> inserting(sql) == 1);
      scope.cancel(Reason.USER_CANCELED);
      assertThat(insert).failsWithin(Duration.ofSeconds(30)); // the caller does not wait for it
    }
  }

  private static int inserting(Statement sql) throws SQLException {
    try (var rows =
        sql.executeQuery(
            "select count(*) from pg_stat_activity"
                + " where state = 'active' and query like 'insert into audit_log%'")) {
      assertThat(rows.next()).isTrue();
      return rows.getInt(1);
    }
  }

  private static Node awaitOverdue(ManagedChannel channel) {
    return await()
        .atMost(30, SECONDS)
        .until(
            () -> calls(channel), calls -> calls.stream().anyMatch(OverdueStatementIT::isOverdue))
        .get(0);
  }

  private static boolean isOverdue(Node node) {
    return node.getState() == Node.State.OVERDUE;
  }

  /** Of the db service; to ask is a call, too. */
  private static List<Node> calls(ManagedChannel channel) {
    List<Node> calls = new ArrayList<>();
    Iterator<Node> all =
        ContextsGrpc.newBlockingStub(channel).list(ListRequest.getDefaultInstance());
    all.forEachRemaining(calls::add);
    calls.removeIf(node -> !node.getMethod().contains(".Db/"));
    return calls;
  }

  private static String metrics(ServeProcess db) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + db.httpPort() + "/metrics");
    return BROWSER
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
