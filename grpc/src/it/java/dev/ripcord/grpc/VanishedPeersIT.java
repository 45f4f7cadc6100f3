package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A partition, with the keepalive that comes by itself: neither side sees a closed connection, both
 * notice.
 */
class VanishedPeersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(25); // 10 + 5 s, and a busy machine

  @Test
  void bothSidesOfASilentConnection_giveUpWithinTheKeepalive() throws Exception {
    Waiting waiting = new Waiting();
    Ripcord ripcord = Ripcord.builder().service("caller").clientKeepalive(true).build();
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        CutCable cable = new CutCable(callee.port());
        Peer caller = Peer.with(ripcord)) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () ->
                  failure.complete(
                      catchThrowable(
                          () ->
                              Way.BLOCKING_UNARY.call(
                                  caller.channelTo(cable.port(), builder -> {}),
                                  CallOptions.DEFAULT))));
      thread.setDaemon(true);
      thread.start();
      waiting.awaitBegun();
      long start = System.nanoTime();

      cable.goSilent();

      Cancellation seen = waiting.awaitEnded();
      assertThat(seen.reason().hasCodeOf(Reason.CONNECTION_LOST)).isTrue();
      Throwable thrown = failure.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(Status.fromThrowable(thrown).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
    }
  }
}
