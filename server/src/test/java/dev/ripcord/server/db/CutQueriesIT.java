package dev.ripcord.server.db;

import static dev.ripcord.server.db.RunningDb.active;
import static dev.ripcord.server.db.RunningDb.activity;
import static dev.ripcord.server.db.RunningDb.request;
import static dev.ripcord.server.db.RunningDb.stub;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.ListWorkRequest;
import dev.ripcord.services.v1.Work;
import dev.ripcord.services.v1.WorkLogGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens in the database when calls end early. */
class CutQueriesIT {
  private static final String MARK_OF_HEAVY =
      "604800"; // seconds of a week; in the heavy queries only

  /** Here and not while somebody waits: on a busy machine a server takes its time to start. */
  @BeforeAll
  static void start() {
    RunningDb.stub();
  }

  @BeforeEach
  void nothingIsActive() {
    await().atMost(10, SECONDS).until(() -> activity().getStatementsCount() == 0);
  }

  @ParameterizedTest
  @CsvSource({"heavy_report, region, north", "user_activity, user, alice"})
  void aCanceledReportLeavesTheDatabaseAndKeepsItsConnection(
      String query, String parameter, String value) throws Exception {
    long opened = openedWhenFull();
    try (CancelScope scope = Context.background().withCancel()) {
      Future<QueryReply> report = start(scope.context(), request(query, parameter, value));
      await().atMost(10, SECONDS).until(() -> active(MARK_OF_HEAVY).size() == 1);

      scope.cancel(Reason.USER_CANCELED);

      assertEnds(report, Status.Code.CANCELLED);
    }
    await().atMost(2, SECONDS).until(() -> active(MARK_OF_HEAVY).isEmpty());
    await().atMost(2, SECONDS).until(() -> activity().getPoolActive() == 0);
    stub().query(request("regions"));
    assertThat(activity().getPoolOpened()).isEqualTo(opened);
  }

  @ParameterizedTest
  @CsvSource({"heavy_report, region, south", "user_activity, user, bob"})
  void aHeavyReportIsStillAtItAfterSeconds(String query, String parameter, String value)
      throws Exception {
    try (CancelScope scope = Context.background().withCancel()) {
      Future<QueryReply> report = start(scope.context(), request(query, parameter, value));
      await()
          .atMost(30, SECONDS)
          .until(
              () ->
                  active(MARK_OF_HEAVY).stream()
                      .anyMatch(statement -> statement.getRunningMs() > 3_000));

      assertThat(report).isNotDone();

      scope.cancel();
      assertEnds(report, Status.Code.CANCELLED);
    }
  }

  @Test
  void aCanceledArchiveLeavesNeitherStatementNorProcess() throws Exception {
    Set<Long> before = children();
    RequestId id = RequestId.random();
    try (CancelScope scope = Ripcord.withRequestId(Context.background(), id).withCancel()) {
      Future<ArchiveReply> archive =
          scope
              .context()
              .call(
                  () ->
                      DbGrpc.newFutureStub(RunningDb.channel())
                          .archive(request("heavy_report", "region", "north")));
      await()
          .atMost(10, SECONDS)
          .until(() -> active(MARK_OF_HEAVY).size() == 1 && !before.containsAll(children()));
      assertThat(work(id))
          .extracting(Work::getKind)
          .containsExactlyInAnyOrder(Work.Kind.PROCESS, Work.Kind.SQL);

      scope.cancel(Reason.USER_CANCELED);

      assertEnds(archive, Status.Code.CANCELLED);
    }
    await()
        .atMost(5, SECONDS)
        .until(() -> work(id).stream().allMatch(each -> each.getStoppedMonotonicNs() != 0));
    assertThat(work(id)).hasSize(2);
    assertThat(before).containsAll(children());
    await().atMost(2, SECONDS).until(() -> active(MARK_OF_HEAVY).isEmpty());
  }

  /** The role runs in this process, and starts its own there. */
  private static Set<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  private static List<Work> work(RequestId id) {
    return WorkLogGrpc.newBlockingStub(RunningDb.plainChannel())
        .list(ListWorkRequest.newBuilder().setRequestId(ByteString.copyFrom(id.toBytes())).build())
        .getWorkList();
  }

  @Test
  void aDeadlineEndsTheStatementAndIsToldAsOne() throws Exception {
    try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(700))) {
      Future<QueryReply> report = start(scope.context(), request("heavy_report", "region", "east"));

      assertEnds(report, Status.Code.DEADLINE_EXCEEDED);
    }
    await().atMost(2, SECONDS).until(() -> active(MARK_OF_HEAVY).isEmpty());
  }

  @Test
  void aPlainPeersCancelAndDeadlineEndTheStatementToo() {
    DbGrpc.DbFutureStub plain = DbGrpc.newFutureStub(RunningDb.plainChannel());
    Future<QueryReply> report = plain.query(request("heavy_report", "region", "west"));
    await().atMost(10, SECONDS).until(() -> active(MARK_OF_HEAVY).size() == 1);

    report.cancel(true);

    await().atMost(2, SECONDS).until(() -> active(MARK_OF_HEAVY).isEmpty());
    StatusRuntimeException late =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                DbGrpc.newBlockingStub(RunningDb.plainChannel())
                    .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
                    .query(request("heavy_report", "region", "west")));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await().atMost(2, SECONDS).until(() -> active(MARK_OF_HEAVY).isEmpty());
  }

  @Test
  void callsBeyondThePoolWaitAndLeaveWhenCanceled() throws Exception {
    int more = activity().getPoolIdle() + 8;
    try (CancelScope all = Context.background().withCancel();
        CancelScope late = all.context().withCancel()) {
      Future<?>[] reports = new Future<?>[more];
      for (int i = 0; i < more; i++) {
        reports[i] = start(all.context(), request("heavy_report", "region", "central"));
      }
      await().atMost(20, SECONDS).until(() -> activity().getPoolIdle() == 0);
      Future<QueryReply> waiting = start(late.context(), request("regions"));

      late.cancel();

      assertEnds(waiting, Status.Code.CANCELLED);
      all.cancel();
      for (Future<?> report : reports) {
        assertEnds(report, Status.Code.CANCELLED);
      }
    }
    await().atMost(5, SECONDS).until(() -> activity().getPoolActive() == 0);
    assertThat(stub().query(request("regions")).getRowsCount()).isEqualTo(5);
  }

  @Test
  void aStreamIsSentInFullAndInOrder() {
    AtomicInteger rows = new AtomicInteger();
    long[] last = {0};
    stub().stream(request("orders_of_region", "region", "north"))
        .forEachRemaining(
            row -> {
              long placed = Long.parseLong(RunningDb.columns(row).get("placed_ms"));
              assertThat(placed).isGreaterThanOrEqualTo(last[0]);
              last[0] = placed;
              rows.incrementAndGet();
            });

    assertThat(rows.get()).isBetween(19_000, 21_000);
    await().atMost(2, SECONDS).until(() -> activity().getPoolActive() == 0);
  }

  @Test
  void aStreamWaitsForItsReaderWithoutAThreadAndGivesBackItsConnectionWhenCanceled() {
    SlowReader reader = new SlowReader();
    DbGrpc.newStub(RunningDb.channel()).stream(
        request("orders_of_region", "region", "south"), reader);
    reader.take(10);
    await().atMost(5, SECONDS).until(() -> reader.taken.get() == 10);
    assertThat(activity().getPoolActive()).isEqualTo(1);
    await("no statement runs while the reader rests")
        .atMost(5, SECONDS)
        .until(() -> activity().getStatementsCount() == 0);
    assertThat(reader.taken).hasValue(10);
    assertThat(activity().getPoolActive()).isEqualTo(1);
    reader.take(100);
    await().atMost(5, SECONDS).until(() -> reader.taken.get() == 110);

    reader.call().cancel("enough", null);

    await().atMost(2, SECONDS).until(() -> activity().getPoolActive() == 0);
  }

  @Test
  void aStreamsDeadlineGivesItsConnectionBackThoughNobodyReads() throws Exception {
    SlowReader reader = new SlowReader();
    DbGrpc.newStub(RunningDb.channel()).withDeadlineAfter(500, TimeUnit.MILLISECONDS).stream(
        request("orders_of_region", "region", "south"), reader);

    ExecutionException e =
        assertThrows(ExecutionException.class, () -> reader.over.get(10, SECONDS));

    assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await().atMost(2, SECONDS).until(() -> activity().getPoolActive() == 0);
  }

  @Test
  void aWriteUnderAnEndedContextIsNotDone() {
    String text = RequestId.random().toString();
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel();
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  scope.context().call(() -> stub().execute(request("audit_write", "text", text))));
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
    }
    assertThat(stub().query(request("audit_log", "text", text)).getRowsCount()).isZero();
  }

  /** How many connections have been opened once the pool has all it wants. */
  private static long openedWhenFull() {
    await().atMost(10, SECONDS).until(() -> activity().getPoolIdle() == Pool.SIZE);
    long opened = activity().getPoolOpened();
    assertThat(opened).isGreaterThanOrEqualTo(Pool.SIZE);
    return opened;
  }

  private static Future<QueryReply> start(Context context, QueryRequest request) throws Exception {
    return context.call(() -> DbGrpc.newFutureStub(RunningDb.channel()).query(request));
  }

  private static void assertEnds(Future<?> call, Status.Code code) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> call.get(5, SECONDS));
    assertThat(Status.fromThrowable(e).getCode()).isEqualTo(code);
  }

  /** Takes rows only when told to. */
  private static final class SlowReader implements ClientResponseObserver<QueryRequest, Row> {
    final AtomicInteger taken = new AtomicInteger();
    final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile @Nullable ClientCallStreamObserver<QueryRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<QueryRequest> requests) {
      requests.disableAutoRequestWithInitial(0);
      call = requests;
    }

    ClientCallStreamObserver<QueryRequest> call() {
      return Objects.requireNonNull(call);
    }

    void take(int rows) {
      call().request(rows);
    }

    @Override
    public void onNext(Row row) {
      taken.incrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      over.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      over.complete(null);
    }
  }
}
