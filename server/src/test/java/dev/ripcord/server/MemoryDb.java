package dev.ripcord.server;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.Visit;
import dev.ripcord.services.v1.Work;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A db service over tables in memory, for those who call one. Its heavy queries take for ever,
 * until their context ends; its audit writes wait at a gate.
 */
public final class MemoryDb extends DbGrpc.DbImplBase {
  private final Map<String, Map<String, String>> users = new ConcurrentHashMap<>();
  private final Map<String, Map<String, String>> sessions = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private volatile Supplier<Visit> visit = Visit::getDefaultInstance;
  private volatile WorkLog work = new WorkLog();

  /** How the heavy queries ended. */
  public final Queue<Cancellation> ended = new ConcurrentLinkedQueue<>();

  /** How many heavy queries and audit writes run. */
  public final AtomicInteger heavy = new AtomicInteger();

  public final AtomicInteger auditing = new AtomicInteger();

  /** What was written. */
  public final Queue<String> audits = new ConcurrentLinkedQueue<>();

  /** Audit writes wait here. */
  public volatile CountDownLatch auditGate = new CountDownLatch(0);

  /** Rows that a stream has handed to gRPC. */
  public final AtomicInteger streamed = new AtomicInteger();

  /** Rows that a stream has. */
  public volatile int rows = 1_000;

  public MemoryDb(InstantSource clock) {
    this.clock = clock;
  }

  /** Serves it as "db". */
  public TestServer serve() throws Exception {
    return serve(0);
  }

  /** The same, on this port. */
  public TestServer serve(int port) throws Exception {
    return TestServer.of(
        "db",
        port,
        Map.of(),
        platform -> {
          visit = platform::visit;
          work = platform.work();
          return List.of(this);
        });
  }

  /** Until a stream gets no more rows rid, since nobody takes them. */
  public void awaitStandstill() {
    int[] before = {-1};
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              int now = streamed.get();
              boolean still = now > 0 && now == before[0];
              before[0] = now;
              return still;
            });
  }

  public void addUser(String name, String roles, String passwordHash) {
    users.put(
        name,
        Map.of(
            "user_name", name,
            "display_name", "The " + name,
            "email", name + "@example.org",
            "roles", roles,
            "password_hash", passwordHash));
  }

  /** The keys of the sessions there are. */
  public Iterable<String> sessionKeys() {
    return sessions.keySet();
  }

  @Override
  @SuppressWarnings("try") // a mark is made to be closed, not to be used
  public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
    try (WorkLog.Mark mark = work.begin(Context.current(), Work.Kind.SQL, request.getName())) {
      answer(request, caller);
    }
  }

  private void answer(QueryRequest request, StreamObserver<QueryReply> caller) {
    Visit here = visit.get();
    Map<String, String> parameters = request.getParametersMap();
    QueryReply.Builder reply = QueryReply.newBuilder().addVisits(here);
    switch (request.getName()) {
      case "user_by_name" -> addIfPresent(reply, users.get(parameters.get("user")));
      case "session_by_id" -> addIfPresent(reply, sessions.get(parameters.get("session")));
      case "sales_report" -> reply.addRows(row(Map.of("category", parameters.get("region"))));
      case "heavy_report", "user_activity" -> forEver();
      default -> {
        caller.onError(Status.NOT_FOUND.withDescription(request.getName()).asRuntimeException());
        return;
      }
    }
    caller.onNext(reply.build());
    caller.onCompleted();
  }

  /** A line of text, with nothing compressed about it. */
  @Override
  public void archive(QueryRequest request, StreamObserver<ArchiveReply> caller) {
    Visit here = visit.get();
    if (request.getName().equals("heavy_report")) {
      forEver();
    }
    String text = request.getName() + " " + request.getParametersMap().get("region");
    caller.onNext(
        ArchiveReply.newBuilder()
            .setCsvGz(ByteString.copyFromUtf8(text))
            .setRows(1)
            .addVisits(here)
            .build());
    caller.onCompleted();
  }

  private void forEver() {
    heavy.incrementAndGet();
    try {
      Context.current().awaitDone(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      heavy.decrementAndGet();
    }
    Cancellation why = Context.current().cancellation();
    if (why != null) {
      ended.add(why);
      throw why.toException();
    }
  }

  @Override
  public void execute(QueryRequest request, StreamObserver<ExecuteReply> caller) {
    Visit here = visit.get();
    int changed =
        switch (request.getName()) {
          case "session_open" -> open(request.getParametersMap());
          case "session_revoke" -> revoke(request.getParametersMap().get("session"));
          case "audit_write", "audit_write_sealed" -> audit(request.getParametersMap().get("text"));
          default -> throw new IllegalArgumentException(request.getName());
        };
    caller.onNext(ExecuteReply.newBuilder().setChanged(changed).addVisits(here).build());
    caller.onCompleted();
  }

  private int open(Map<String, String> parameters) {
    Duration valid = Duration.ofSeconds(Long.parseLong(parameters.get("valid_seconds")));
    sessions.put(
        parameters.get("session"),
        Map.of(
            "session_id", parameters.get("session"),
            "user_name", parameters.get("user"),
            "expires_ms", Long.toString(clock.instant().plus(valid).toEpochMilli()),
            "revoked", "false"));
    return 1;
  }

  private int revoke(String key) {
    Map<String, String> session = sessions.get(key);
    if (session == null || session.get("revoked").equals("true")) {
      return 0;
    }
    Map<String, String> revoked = new ConcurrentHashMap<>(session);
    revoked.put("revoked", "true");
    sessions.put(key, revoked);
    return 1;
  }

  private int audit(String text) {
    auditing.incrementAndGet();
    try {
      auditGate.await();
      Context.current().throwIfDone();
      audits.add(text + " for " + Context.current().value(Values.TENANT));
      return 1;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      auditing.decrementAndGet();
    }
  }

  @Override
  public void stream(QueryRequest request, StreamObserver<Row> caller) {
    if (request.getParametersMap().get("region").equals("nowhere")) {
      caller.onError(Status.NOT_FOUND.withDescription("no region nowhere").asRuntimeException());
      return;
    }
    ServerCallStreamObserver<Row> call = (ServerCallStreamObserver<Row>) caller;
    Context context = Context.current();
    AtomicInteger next = new AtomicInteger();
    call.setOnCancelHandler(() -> context.onDone(ended::add));
    call.setOnReadyHandler(
        () -> {
          while (call.isReady() && next.get() < rows) {
            streamed.incrementAndGet();
            call.onNext(
                row(
                    Map.of(
                        "order_id",
                        Integer.toString(next.getAndIncrement()),
                        "note",
                        "x".repeat(1_000))));
          }
          if (next.get() == rows) {
            next.incrementAndGet();
            call.onCompleted();
          }
        });
  }

  private static void addIfPresent(QueryReply.Builder reply, Map<String, String> columns) {
    if (columns != null) {
      reply.addRows(row(columns));
    }
  }

  private static Row row(Map<String, String> columns) {
    Row.Builder row = Row.newBuilder();
    columns.forEach(
        (name, value) -> row.addColumns(Column.newBuilder().setName(name).setValue(value)));
    return row.build();
  }
}
