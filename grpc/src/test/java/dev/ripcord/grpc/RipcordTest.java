package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCalls;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The door. */
class RipcordTest {

  @Test
  void mistakesOfItsUser_areNamed() {
    assertThatThrownBy(() -> Ripcord.builder().build()).hasMessage("service is not set");
    assertThatThrownBy(() -> Ripcord.builder().service(null)).hasMessage("service is null");
    assertThatThrownBy(() -> Ripcord.builder().service("two words"))
        .hasMessage(
            "service \"two words\" must be 1 to 64 printable ASCII characters without spaces");
    assertThatThrownBy(() -> Ripcord.builder().service(""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ripcord.builder().instance("x".repeat(65)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ripcord.builder().propagate(Key.local("secret")))
        .hasMessage("key \"secret\" is local, make it with Key.propagated");
    assertThatThrownBy(
            () ->
                Ripcord.builder()
                    .service("s")
                    .propagate(
                        Key.propagated("a", ValueCodec.utf8()),
                        Key.propagated("a", ValueCodec.utf8()))
                    .build())
        .hasMessage("two keys are named \"a\"");
    assertThatThrownBy(() -> Ripcord.builder().hopReserve(Duration.ofMillis(-1)))
        .hasMessage("hopReserve is PT-0.001S, must not be negative");
    assertThatThrownBy(() -> Ripcord.builder().limits(null)).hasMessage("limits is null");
    assertThatThrownBy(() -> Ripcord.builder().rememberStopped(-1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Limits.edge().withLongestDeadline(Duration.ZERO))
        .hasMessage("longestDeadline is PT0S, must be positive");
    assertThatThrownBy(() -> Ripcord.withRequestId(null, RequestId.random()))
        .hasMessage("context is null");
    assertThatThrownBy(() -> Ripcord.withRequestId(Context.background(), null))
        .hasMessage("requestId is null");
    Ripcord ripcord = Ripcord.builder().service("s").build();
    assertThatThrownBy(() -> ripcord.install((ServerBuilder<?>) null))
        .hasMessage("builder is null");
    assertThatThrownBy(() -> ripcord.install((ManagedChannelBuilder<?>) null))
        .hasMessage("builder is null");
    assertThatThrownBy(() -> ripcord.shutdown(null, Duration.ZERO)).hasMessage("server is null");
    assertThatThrownBy(() -> CallIdentity.of(null)).hasMessage("context is null");
  }

  @Test
  void itHasANameAndMakesUpAnother() {
    Ripcord a = Ripcord.builder().service("gateway").build();
    Ripcord b = Ripcord.builder().service("gateway").build();
    assertThat(a.service()).isEqualTo("gateway");
    assertThat(a.instance()).isNotEqualTo(b.instance());
    assertThat(Ripcord.builder().service("gateway").instance("7").build().toString())
        .isEqualTo("Ripcord[gateway/7]");
    assertThat(a.root().isDone()).isFalse();
    assertThat(CallIdentity.of(Context.background())).isNull();
  }

  /** Works where there are no sockets and no keepalive; proves nothing about the wire. */
  @Test
  void itInstallsOnTheInProcessTransport_andOnBuildersOfUnknownType() throws Exception {
    Ripcord ripcord = Ripcord.builder().service("s").build();
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName("ripcord-test").directExecutor();
    assertThat(ripcord.install(builder)).isSameAs(builder);
    ServerBuilder<?> unknown = builder;
    assertThat((Object) unknown).isSameAs(builder);
    Server server =
        unknown
            .addService(
                ServerServiceDefinition.builder(Strings.SERVICE)
                    .addMethod(
                        Strings.UNARY,
                        ServerCalls.asyncUnaryCall(
                            (request, answers) -> {
                              answers.onNext(
                                  String.valueOf(CallIdentity.of(Context.current()) != null));
                              answers.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannelBuilder<?> channelBuilder =
        InProcessChannelBuilder.forName("ripcord-test").directExecutor();
    ManagedChannel channel = ripcord.install(channelBuilder).build();
    assertThat(Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT)).isEqualTo("true");
    channel.shutdownNow();
    assertThat(ripcord.shutdown(server, Duration.ofSeconds(5))).isTrue();
    assertThat(ripcord.liveCalls()).isZero();
  }
}
