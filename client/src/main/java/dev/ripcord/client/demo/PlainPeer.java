package dev.ripcord.client.demo;

import dev.ripcord.client.Address;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.GatewayGrpc.GatewayFutureStub;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.v1.Load;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.Future;

/**
 * A client that was never told of Ripcord: plain gRPC, plain headers, and the cascade behind the
 * gateway all the same.
 */
final class PlainPeer implements Scenario.Play {
  private static final String NO_REASON = "CLIENT_CANCELED";

  @Override
  public void on(Stage stage, Report report) throws Exception {
    RequestId trace = RequestId.random();
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(Address.parse(stage.cluster().address("gateway")).toString())
            .usePlaintext()
            .build();
    try {
      play(stage, report, plainStub(channel, trace), trace);
    } finally {
      channel.shutdownNow();
    }
    report.databaseIsIdle();
  }

  private static void play(Stage stage, Report report, GatewayFutureStub plain, RequestId trace)
      throws Exception {
    Future<OverviewReply> reply = plain.overview(stage.overview(Load.HEAVY).build());
    Cut.awaitAtWork(stage, report, trace);
    long event = System.nanoTime();
    reply.cancel(true);
    report.edge("ClientCall.cancel, without a word why");
    List<NodeResult> nodes = report.nodes(stage.awaitAllStopped(trace), event, NO_REASON);
    Cut.checkEverybodyStopped(report.checks(), nodes, "CANCELED", NO_REASON);
  }

  /** Its trace's id becomes the request's, and a value is a header that any language can write. */
  private static GatewayFutureStub plainStub(ManagedChannel channel, RequestId trace) {
    Metadata headers = new Metadata();
    headers.put(text("traceparent"), "00-" + trace + "-00f067aa0ba902b7-01");
    headers.put(text("ctx-tenant"), Stage.TENANT_VALUE);
    return GatewayGrpc.newFutureStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Metadata.Key<String> text(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
