package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a callee learns of its call's end, and what its caller gets. */
class CancellationAcrossProcessesTest {

  /** Handlers that wait for their context's end, and what it was. */
  private final CompletableFuture<Cancellation> seen = new CompletableFuture<>();

  private final CountDownLatch running = new CountDownLatch(1);

  private String waitForTheEnd(String request) throws InterruptedException {
    Context context = Context.current();
    running.countDown();
    context.awaitDone(Duration.ofSeconds(30));
    seen.complete(context.cancellation());
    return "late";
  }

  @Test
  void answers() {
    try (Peer callee = Peer.named("callee").unary(request -> request + "!").start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      assertThat(
              ClientCalls.blockingUnaryCall(channel, Strings.UNARY, CallOptions.DEFAULT, "hello"))
          .isEqualTo("hello!");
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aCancelOfTheCallersContext_endsTheHandlersContext() throws Exception {
    try (Peer callee = Peer.named("callee").unary(this::waitForTheEnd).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      CancelScope scope = Context.background().withCancel();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread thread =
          new Thread(
              () ->
                  scope
                      .context()
                      .run(
                          () -> {
                            try {
                              ClientCalls.blockingUnaryCall(
                                  channel, Strings.UNARY, CallOptions.DEFAULT, "wait");
                            } catch (StatusRuntimeException e) {
                              failure.set(e);
                            }
                          }));
      thread.start();
      running.await();
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      thread.join();
      assertThat(failure.get())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.CANCELLED);
                assertThat(e.getStatus().getDescription())
                    .contains("USER_CANCELED", "pressed cancel");
              })
          .hasCauseInstanceOf(CanceledException.class);
      Cancellation cancellation = seen.get();
      assertThat(cancellation.kind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(cancellation.reason().code()).isEqualTo("USER_CANCELED");
      await().until(() -> callee.ripcord().liveCalls() == 0);
    }
  }

  @Test
  void aDeadline_endsBothSides() throws Exception {
    try (Peer callee = Peer.named("callee").unary(this::waitForTheEnd).start();
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(300))) {
        assertThatThrownBy(
                () ->
                    ClientCalls.blockingUnaryCall(
                        channel,
                        Strings.UNARY,
                        CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, scope.context()),
                        "wait"))
            .isInstanceOfSatisfying(
                StatusRuntimeException.class,
                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
      }
      assertThat(seen.get().kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    }
  }
}
