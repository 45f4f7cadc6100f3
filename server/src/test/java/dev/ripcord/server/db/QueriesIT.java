package dev.ripcord.server.db;

import static dev.ripcord.server.db.RunningDb.active;
import static dev.ripcord.server.db.RunningDb.activity;
import static dev.ripcord.server.db.RunningDb.columns;
import static dev.ripcord.server.db.RunningDb.request;
import static dev.ripcord.server.db.RunningDb.stub;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.ripcord.Context;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.Values;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.ListQueriesRequest;
import dev.ripcord.services.db.v1.QueryInfo;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.Visit;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What the named queries answer, on the data that every installation has. */
class QueriesIT {

  @Test
  void thereAreSomeHundredThousandOrders() {
    long orders = 0;
    List<String> users =
        stub().query(request("users")).getRowsList().stream()
            .map(row -> columns(row).get("user_name"))
            .toList();
    for (String user : users) {
      orders += Long.parseLong(columns(only("user_order_count", "user", user)).get("orders"));
    }

    assertThat(users).contains("alice", "bob", "carol");
    assertThat(orders).isEqualTo(100_000);
  }

  @Test
  void aUserHasAHashOfThePasswordThatIdentityCanCheck() {
    Map<String, String> alice = columns(only("user_by_name", "user", "alice"));

    assertThat(alice)
        .containsEntry("display_name", "Alice Adams")
        .containsEntry("email", "alice@example.com")
        .containsEntry("roles", "admin,user");
    assertThat(alice.get("password_hash")).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    assertThat(stub().query(request("user_by_name", "user", "nobody")).getRowsCount()).isZero();
  }

  @Test
  void hashesAreSaltedEachForItself() {
    Set<String> hashes = new HashSet<>();
    for (String user : List.of("alice", "bob", "judy")) {
      hashes.add(columns(only("user_by_name", "user", user)).get("password_hash"));
    }

    assertThat(hashes).hasSize(3);
  }

  @Test
  void aLightReportTakesMilliseconds() {
    stub().query(request("sales_report", "region", "north")); // planned, and read into memory

    QueryReply report =
        stub()
            .withDeadlineAfter(1, TimeUnit.SECONDS)
            .query(request("sales_report", "region", "north"));

    assertThat(report.getRowsList())
        .hasSizeGreaterThan(4)
        .allSatisfy(
            row ->
                assertThat(columns(row))
                    .containsOnlyKeys("category", "orders", "items", "revenue_cents"));
    assertThat(stub().query(request("sales_report", "region", "atlantis")).getRowsCount()).isZero();
  }

  @Test
  void anArchiveHasTheRowsOfItsQuery() throws Exception {
    QueryRequest request = request("sales_report", "region", "north");
    List<Row> rows = stub().query(request).getRowsList();

    ArchiveReply archive = stub().archive(request);

    assertThat(archive.getRows()).isEqualTo(rows.size());
    assertThat(archive.getVisits(0).getService()).isEqualTo("db");
    try (InputStream file = new GZIPInputStream(archive.getCsvGz().newInput())) {
      List<String> lines = new String(file.readAllBytes(), UTF_8).lines().toList();
      assertThat(lines).hasSize(1 + rows.size());
      assertThat(lines.get(0)).isEqualTo("category,orders,items,revenue_cents");
      assertThat(lines.get(1))
          .isEqualTo(
              rows.get(0).getColumnsList().stream()
                  .map(Column::getValue)
                  .collect(Collectors.joining(",")));
    }
  }

  @Test
  void anArchiveRefusesWhatAQueryDoes() {
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "region is missing",
        () -> stub().archive(request("sales_report")));
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "changes data",
        () -> stub().archive(request("audit_write", "text", "x")));
    assertFails(
        Status.Code.OUT_OF_RANGE,
        "has more than 10000 rows",
        () -> stub().archive(request("orders_of_region", "region", "north")));
  }

  @Test
  void everyReadIsWellFormed() {
    Map<String, String> values =
        Map.of("user", "alice", "region", "north", "session", "none", "text", "none");
    for (QueryInfo info :
        stub().listQueries(ListQueriesRequest.getDefaultInstance()).getQueriesList()) {
      if (info.getChangesData()
          || info.getDescription().contains("Many seconds")
          || info.getName().startsWith("orders")) {
        continue;
      }
      QueryRequest.Builder request = QueryRequest.newBuilder().setName(info.getName());
      info.getParametersList().forEach(name -> request.putParameters(name, values.get(name)));
      stub().query(request.build());
    }
  }

  @Test
  void aSessionIsOpenedFoundAndRevokedOnce() {
    String id = RequestId.random().toString();

    assertThat(
            stub()
                .execute(
                    request("session_open", "session", id, "user", "bob", "valid_seconds", "60"))
                .getChanged())
        .isEqualTo(1);
    Map<String, String> open = columns(only("session_by_id", "session", id));
    assertThat(stub().execute(request("session_revoke", "session", id)).getChanged()).isEqualTo(1);
    assertThat(stub().execute(request("session_revoke", "session", id)).getChanged()).isZero();
    Map<String, String> revoked = columns(only("session_by_id", "session", id));

    assertThat(open)
        .containsEntry("user_name", "bob")
        .containsEntry("roles", "user")
        .containsEntry("revoked", "false");
    assertThat(Long.parseLong(open.get("expires_ms")) - Long.parseLong(open.get("opened_ms")))
        .isEqualTo(60_000);
    assertThat(revoked).containsEntry("revoked", "true");
  }

  @Test
  void aSessionOfNobodyIsRefusedByTheData() {
    assertFails(
        Status.Code.FAILED_PRECONDITION,
        "session_open",
        () ->
            stub()
                .execute(
                    request(
                        "session_open", "session", "x", "user", "nobody", "valid_seconds", "60")));
  }

  @Test
  void theSameSessionTwiceIsRefused() {
    String id = RequestId.random().toString();
    QueryRequest open =
        request("session_open", "session", id, "user", "bob", "valid_seconds", "60");
    stub().execute(open);

    assertFails(Status.Code.ALREADY_EXISTS, "session_open", () -> stub().execute(open));
  }

  @Test
  void anAuditRecordKeepsTextAndTenant() {
    String text = "it's \"quoted\"; drop table audit_log; -- " + RequestId.random();
    Context.background()
        .withValue(Values.TENANT, "acme")
        .run(
            () ->
                assertThat(stub().execute(request("audit_write", "text", text)).getChanged())
                    .isEqualTo(1));

    Map<String, String> record = columns(only("audit_log", "text", text));

    assertThat(record).containsEntry("tenant", "acme").containsEntry("text", text);
  }

  @Test
  void aReplyTellsWhatWasSeenOfTheCall() {
    byte[] badge = {0, 1, (byte) 0xff};
    Context ctx =
        Context.background().withValue(Values.TENANT, "acme").withValue(Values.BADGE, badge);
    Visit[] visits = new Visit[2];
    ctx.run(
        () -> {
          visits[0] = stub().query(request("regions")).getVisits(0);
          visits[1] =
              stub().withDeadlineAfter(5, TimeUnit.SECONDS).query(request("regions")).getVisits(0);
        });

    assertThat(visits[0].getService()).isEqualTo("db");
    assertThat(visits[0].getInstance()).isNotEmpty();
    assertThat(visits[0].getPid()).isEqualTo(ProcessHandle.current().pid());
    assertThat(visits[0].getMethod()).isEqualTo("ripcord.services.db.v1.Db/Query");
    assertThat(visits[0].getTenant()).isEqualTo("acme");
    assertThat(visits[0].getBadge()).isEqualTo(ByteString.copyFrom(badge));
    assertThat(visits[0].getRemainingUs()).isNegative();
    assertThat(visits[1].getRemainingUs()).isBetween(1_000_000L, 5_000_000L);
  }

  @Test
  void anUnknownNameIsNotFound() {
    assertFails(
        Status.Code.NOT_FOUND,
        "there is no query \"nonsense\"; there are: audit_log",
        () -> stub().query(request("nonsense")));
    assertFails(Status.Code.NOT_FOUND, "nonsense", () -> stub().execute(request("nonsense")));
    assertFails(
        Status.Code.NOT_FOUND, "nonsense", () -> stub().stream(request("nonsense")).hasNext());
    assertFails(Status.Code.NOT_FOUND, "x...\"", () -> stub().query(request("x".repeat(100_000))));
  }

  @Test
  void everythingThatIsWrongWithParametersIsToldAtOnce() {
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "query session_open: session is missing; valid_seconds is not a whole number of seconds from 1 to 31536000;"
            + " limit is unknown. Its parameters are: [session, user, valid_seconds]",
        () ->
            stub()
                .execute(
                    request("session_open", "user", "bob", "valid_seconds", "soon", "limit", "1")));
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "region is missing",
        () -> stub().stream(request("orders_of_region")).hasNext());
  }

  @Test
  void readsAndChangesAreNotMixedUp() {
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "call Execute",
        () -> stub().query(request("audit_write", "text", "x")));
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        "call Execute",
        () -> stub().stream(request("audit_write")).hasNext());
    assertFails(Status.Code.INVALID_ARGUMENT, "call Query", () -> stub().execute(request("users")));
  }

  @Test
  void moreThanTenThousandRowsAreForStream() {
    assertFails(
        Status.Code.OUT_OF_RANGE,
        "call Stream",
        () -> stub().query(request("orders_of_region", "region", "north")));
  }

  @Test
  void activityDoesNotShowItself() {
    assertThat(active("pg_stat_activity")).isEmpty();
    // A call before this one has answered a moment earlier than it gave its connection back.
    await().atMost(5, SECONDS).until(() -> activity().getPoolActive() == 0);
    assertThat(activity().getPoolOpened()).isPositive();
  }

  private static Row only(String name, String... parameters) {
    List<Row> rows = stub().query(request(name, parameters)).getRowsList();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static void assertFails(Status.Code code, String part, Executable call) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, call);
    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(e.getStatus().getDescription()).contains(part);
  }
}
