package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever makes calls hears of their ends where he wants to hear of his calls. */
class ChannelExecutorsTest {
  private static final int CALLS = 20;

  private final ExecutorService own =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "own"));

  @AfterEach
  void shutDown() {
    own.shutdown();
  }

  @Test
  void onAChannelWithAnExecutor_theEndComesByThat() throws Exception {
    assertThat(threadsOfEnds(channel -> channel.executor(own), CallOptions.DEFAULT))
        .allSatisfy(thread -> assertThat(thread).isEqualTo("own"));
  }

  @Test
  void alsoWhereLongWorkHasAnother() throws Exception {
    assertThat(
            threadsOfEnds(
                channel -> channel.executor(own).offloadExecutor(Runnable::run),
                CallOptions.DEFAULT))
        .allSatisfy(thread -> assertThat(thread).isEqualTo("own"));
  }

  @Test
  void ofACallWithAnExecutor_theEndComesByThat() throws Exception {
    assertThat(threadsOfEnds(channel -> {}, CallOptions.DEFAULT.withExecutor(own)))
        .allSatisfy(thread -> assertThat(thread).isEqualTo("own"));
  }

  @Test
  void withoutAny_itComesByThePoolThatAllChannelsShare() throws Exception {
    assertThat(threadsOfEnds(channel -> {}, CallOptions.DEFAULT))
        .allSatisfy(thread -> assertThat(thread).startsWith("grpc-default-executor"));
  }

  @Test
  void onAChannelThatCallsBackAtOnce_itTakesNoThreadOfThePool() throws Exception {
    assertThat(threadsOfEnds(NettyChannelBuilder::directExecutor, CallOptions.DEFAULT))
        .noneSatisfy(thread -> assertThat(thread).startsWith("grpc-default-executor"));
  }

  /** Of several calls one after the other, since what is known of the channel grows. */
  private String[] threadsOfEnds(Consumer<NettyChannelBuilder> settings, CallOptions options)
      throws Exception {
    String[] threads = new String[CALLS];
    try (Station callee = Station.named("callee");
        Peer caller = Peer.named("caller")) {
      ManagedChannel channel = caller.channelTo(callee.peer().port(), settings);
      Caller first = Caller.unary(channel, Context.background());
      callee.awaitCallAndControl();
      for (int i = 0; i < CALLS; i++) {
        threads[i] = threadOfTheEnd(channel, options);
      }
      first.call().cancel("enough", null);
    }
    return threads;
  }

  private static String threadOfTheEnd(ManagedChannel channel, CallOptions options)
      throws Exception {
    CompletableFuture<String> thread = new CompletableFuture<>();
    CancelScope scope = Context.background().withCancel();
    ClientCall<String, String> call =
        channel.newCall(Strings.UNARY, options.withOption(Ripcord.CONTEXT, scope.context()));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status end, Metadata trailers) {
            thread.complete(Thread.currentThread().getName());
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage("wait");
    call.halfClose();
    scope.cancel(Reason.USER_CANCELED);
    return thread.get(Station.LONG.toSeconds(), TimeUnit.SECONDS);
  }
}
