package dev.ripcord.bench.soak;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The two callees, as a caller knows them: the one that stays, and the one that is killed. */
final class Callees {
  private static final long PATIENCE_SECONDS = 30;

  private final List<ManagedChannel> channels;
  private final AtomicInteger disturbances = new AtomicInteger(); // odd while the mortal is away

  Callees(Side side, List<Integer> ports, Executor executor) {
    channels = ports.stream().map(port -> channel(side, port, executor)).toList();
  }

  private static ManagedChannel channel(Side side, int port, Executor executor) {
    NettyChannelBuilder channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .usePlaintext()
            .executor(executor);
    side.install(channel);
    return channel.build();
  }

  ManagedChannel channel(int callee) {
    return channels.get(callee);
  }

  /**
   * A number that stays the same while calls to that callee have no excuse to fail; negative while
   * they have one.
   */
  int calm(int callee) {
    int now = disturbances.get();
    return callee == 0 ? 0 : now % 2 == 0 ? now : -1;
  }

  /** The mortal one is going to be killed. Told by one thread, like the next. */
  void down() {
    disturbances.incrementAndGet();
  }

  /** It is there again. Returns when it has answered. */
  void up() {
    channels.get(1).resetConnectBackoff();
    ClientCalls.blockingUnaryCall(
        channels.get(1),
        Orders.UNARY,
        CallOptions.DEFAULT
            .withWaitForReady()
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
        StringValue.of(Orders.ECHO));
    disturbances.incrementAndGet();
  }
}
