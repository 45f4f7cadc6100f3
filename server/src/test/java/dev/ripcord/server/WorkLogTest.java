package dev.ripcord.server;

import static dev.ripcord.services.v1.Work.Kind.HASH;
import static dev.ripcord.services.v1.Work.Kind.LOCK;
import static dev.ripcord.services.v1.Work.Kind.PROCESS;
import static dev.ripcord.services.v1.Work.Kind.PROOF;
import static dev.ripcord.services.v1.Work.Kind.SQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.token.v1.GetKeysReply;
import dev.ripcord.services.token.v1.GetKeysRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.v1.ListWorkRequest;
import dev.ripcord.services.v1.Work;
import dev.ripcord.services.v1.WorkLogGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a call over a real socket, whose handler does what a test wants done. */
@SuppressWarnings("try") // a mark is made to be closed, not to be used
class WorkLogTest {
  private final Ripcord edge = Ripcord.builder().service("edge").build();
  private final RequestId id = RequestId.random();
  private volatile Consumer<Context> handler = context -> {};
  private TestServer server;
  private WorkLog log;

  @BeforeEach
  void start() throws Exception {
    server =
        TestServer.of(
            "token",
            Map.of(),
            platform -> List.of(new Handler(), new WorkLogService(platform.work())));
    log = server.work();
  }

  private final class Handler extends TokenGrpc.TokenImplBase {
    @Override
    public void getKeys(GetKeysRequest request, StreamObserver<GetKeysReply> caller) {
      handler.accept(Context.current());
      caller.onNext(GetKeysReply.getDefaultInstance());
      caller.onCompleted();
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private void call(Context context) throws Exception {
    TokenGrpc.TokenBlockingStub stub = TokenGrpc.newBlockingStub(server.channelFor(edge));
    Ripcord.withRequestId(context, id)
        .call(() -> stub.getKeys(GetKeysRequest.getDefaultInstance()));
  }

  private List<Work> listed() {
    return WorkLogGrpc.newBlockingStub(server.plainChannel())
        .list(ListWorkRequest.newBuilder().setRequestId(ByteString.copyFrom(id.toBytes())).build())
        .getWorkList();
  }

  @Test
  void whatGoesOnIsListed_andForgottenWhenItIsOverInTime() throws Exception {
    CompletableFuture<List<Work>> meanwhile = new CompletableFuture<>();
    handler =
        context -> {
          try (WorkLog.Mark first = log.begin(context, SQL, "report");
              WorkLog.Mark second = log.begin(context, LOCK, "keys")) {
            meanwhile.complete(listed());
          }
        };

    call(Context.background());

    assertThat(meanwhile.get())
        .extracting(Work::getKind, Work::getName, Work::getStoppedMonotonicNs)
        .containsExactly(tuple(SQL, "report", 0L), tuple(LOCK, "keys", 0L));
    assertThat(listed()).isEmpty();
  }

  @Test
  void theCallIsSaidToBeAtIt() throws Exception {
    List<String> doings = new ArrayList<>();
    handler =
        context -> {
          CallIdentity call = CallIdentity.of(context);
          for (Work.Kind kind : List.of(SQL, HASH, PROOF, LOCK)) {
            log.begin(context, kind, "it").close();
            doings.add(call.doing());
          }
        };

    call(Context.background());

    assertThat(doings).containsExactly("query it", "hash of it", "proof of it", "wait for it");
  }

  @Test
  void whatWasCutIsRemembered_withTheTimeAtWhichItReallyStopped() throws Exception {
    CompletableFuture<WorkLog.Mark> left = new CompletableFuture<>();
    handler =
        context -> {
          left.complete(log.begin(context, HASH, "password"));
          awaitDone(context);
        };
    try (CancelScope scope = Context.background().withCancel()) {
      CompletableFuture<Void> call = begin(scope.context());
      WorkLog.Mark mark = left.get();
      scope.cancel();
      assertThatThrownBy(call::get).hasMessageContaining("CANCELLED");
      await().until(() -> server.ripcord().liveCalls() == 0);
      assertThat(listed()).singleElement().matches(work -> work.getStoppedMonotonicNs() == 0);

      long before = System.nanoTime();
      mark.close();
      long after = System.nanoTime();
      mark.close(); // changes nothing

      assertThat(listed())
          .singleElement()
          .satisfies(work -> assertThat(work.getStoppedMonotonicNs()).isBetween(before, after));
    }
  }

  @Test
  void aThousandAreRemembered_theLatest() throws Exception {
    handler =
        context -> {
          awaitDone(context);
          for (int i = 0; i <= 1_000; i++) {
            log.begin(context, SQL, "statement " + i).close();
          }
        };
    try (CancelScope scope = Context.background().withCancel()) {
      CompletableFuture<Void> call = begin(scope.context());
      await().until(() -> server.ripcord().liveCalls() == 1);
      scope.cancel();
      assertThatThrownBy(call::get).hasMessageContaining("CANCELLED");
      await().until(() -> log.of(id).size() == 1_000);
      assertThat(log.of(id)).noneMatch(work -> work.getName().equals("statement 0"));
    }
  }

  @Test
  void aProcessIsListedWithItsId() throws Exception {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      CompletableFuture<List<Work>> meanwhile = new CompletableFuture<>();
      handler =
          context -> {
            try (WorkLog.Mark mark = log.begin(context, "sleep", process)) {
              assertThat(CallIdentity.of(context).doing())
                  .isEqualTo("sleep, process " + process.pid());
              meanwhile.complete(listed());
            }
          };
      call(Context.background());
      assertThat(meanwhile.get())
          .extracting(Work::getKind, Work::getName, Work::getPid)
          .containsExactly(tuple(PROCESS, "sleep", process.pid()));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatBelongsToNoCallIsNotLogged() {
    try (CancelScope scope = Context.background().withCancel()) {
      WorkLog.Mark mark = log.begin(scope.context(), SQL, "report");
      scope.cancel();
      mark.close();
      assertThat(listed()).isEmpty();
    }
  }

  @Test
  void aRequestIdThatIsNoneIsRefused() {
    assertThatThrownBy(
            () ->
                WorkLogGrpc.newBlockingStub(server.plainChannel())
                    .list(ListWorkRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription())
                  .isEqualTo("request_id: a request id has 16 bytes, not 0");
            });
  }

  private CompletableFuture<Void> begin(Context context) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                call(context);
                ended.complete(null);
              } catch (Exception e) {
                ended.completeExceptionally(e);
              }
            })
        .start();
    return ended;
  }

  private static void awaitDone(Context context) {
    try {
      context.awaitDone(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
