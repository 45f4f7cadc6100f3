package dev.ripcord.server;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Other processes in which a request may have begun, told to end it by {@code
 * ripcord.v1.Contexts/Cancel}. Best effort: one that cannot be reached is logged.
 */
public final class Elsewhere implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Elsewhere.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final List<ManagedChannel> channels = new ArrayList<>();

  /** The processes at these addresses, {@code host:port} each. */
  public Elsewhere(List<String> addresses) {
    for (String address : addresses) {
      channels.add(NettyChannelBuilder.forTarget(address).usePlaintext().build());
    }
  }

  /**
   * Returns when what they had of it has stopped, and so all that grew from it has been told; or
   * when they have had the time to.
   */
  public void cancel(List<RequestId> requests, Reason why) throws InterruptedException {
    List<ListenableFuture<CancelReply>> answers = new ArrayList<>();
    for (ManagedChannel channel : channels) {
      ContextsGrpc.ContextsFutureStub contexts =
          ContextsGrpc.newFutureStub(channel)
              .withDeadlineAfter(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      requests.forEach(request -> answers.add(contexts.cancel(cancel(request, why))));
    }
    for (ListenableFuture<CancelReply> answer : answers) {
      try {
        answer.get();
      } catch (ExecutionException e) {
        log.warn("another process could not be told to end a request: {}", e.getCause());
      }
    }
  }

  private static CancelRequest cancel(RequestId request, Reason why) {
    return CancelRequest.newBuilder()
        .setRequestId(ByteString.copyFrom(request.toBytes()))
        .setWaitStopped(true)
        .setReason(
            dev.ripcord.proto.v1.Reason.newBuilder().setCode(why.code()).setMessage(why.message()))
        .build();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
