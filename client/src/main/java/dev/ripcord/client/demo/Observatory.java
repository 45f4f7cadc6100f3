package dev.ripcord.client.demo;

import com.google.protobuf.ByteString;
import dev.ripcord.client.Address;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsBlockingStub;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Looks at one request in all processes. Over plain channels of its own: looking must not become
 * part of what is looked at.
 */
final class Observatory implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  // Often enough to see what happens, and seldom enough not to slow down what is measured
  // meanwhile.
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<ContextsBlockingStub> processes = new ArrayList<>();

  Observatory(List<String> addresses) {
    for (String address : addresses) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(Address.parse(address).toString()).usePlaintext().build();
      channels.add(channel);
      processes.add(ContextsGrpc.newBlockingStub(channel));
    }
  }

  /** The request's nodes in all processes, those that have stopped among them. */
  List<Node> nodes(RequestId request) {
    ListRequest question =
        ListRequest.newBuilder()
            .setRequestId(ByteString.copyFrom(request.toBytes()))
            .setIncludeStopped(true)
            .build();
    List<Node> nodes = new ArrayList<>();
    for (ContextsBlockingStub process : processes) {
      process
          .withDeadlineAfter(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
          .list(question)
          .forEachRemaining(nodes::add);
    }
    return nodes;
  }

  /**
   * Looks until the nodes are as {@code wanted} or the time is up, and returns them as they were
   * last.
   */
  List<Node> await(RequestId request, Predicate<List<Node>> wanted, Duration atMost)
      throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    List<Node> nodes = nodes(request);
    while (!wanted.test(nodes) && System.nanoTime() - until < 0) {
      pause();
      nodes = nodes(request);
    }
    return nodes;
  }

  /** Between two looks. */
  static void pause() throws InterruptedException {
    LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
