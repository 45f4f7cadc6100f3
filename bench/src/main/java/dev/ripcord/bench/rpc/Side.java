package dev.ripcord.bench.rpc;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import dev.ripcord.grpc.Ripcord;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;

/** One of what is compared: how it is installed, and how its users work with it. */
interface Side {
  /** The most values that are carried. */
  int MOST_VALUES = 32;

  /** What a value is. */
  String VALUE = "a-value-of-20-letters";

  /** On the server. */
  void install(NettyServerBuilder server);

  /** On the channel. */
  void install(NettyChannelBuilder channel);

  /** Runs {@code calls} as somebody who has so many values to carry. */
  void with(int values, Runnable calls);

  /** How many values the caller of the handler that this runs in has sent. */
  int received();

  /** The names of the values. */
  static List<String> names() {
    return IntStream.range(0, MOST_VALUES).mapToObj(i -> "value-" + i).toList();
  }

  /** The side of that name. */
  static Side named(String name) {
    return switch (name) {
      case "bare", "bare-again" -> new Bare();
      case "new-header" -> new NewHeader();
      case "copying" -> new HeaderCopying();
      case "opentelemetry" -> new Traced();
      case "ripcord" -> new WithRipcord(true);
      case "ripcord-silent" -> new WithRipcord(false);
      default -> throw new IllegalArgumentException("no side " + name);
    };
  }

  /** A server of it, on a free port; 0 streams: as many at once as come. */
  default Server serve(int streams) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    install(builder);
    if (streams > 0) {
      builder.maxConcurrentCallsPerConnection(streams);
    }
    return builder.addService(Echo.service(this::received)).build().start();
  }

  /** A channel of it. */
  default ManagedChannel channel(int port) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .usePlaintext();
    install(builder);
    return builder.build();
  }

  /** grpc-java and nothing else; it carries no values. */
  final class Bare implements Side {
    @Override
    public void install(NettyServerBuilder server) {}

    @Override
    public void install(NettyChannelBuilder channel) {}

    @Override
    public void with(int values, Runnable calls) {
      if (values != 0) {
        throw new IllegalArgumentException("bare grpc-java carries no values");
      }
      calls.run();
    }

    @Override
    public int received() {
      return 0;
    }
  }

  /** Ours, with everything installed. */
  final class WithRipcord implements Side {
    private static final List<Key<String>> KEYS =
        names().stream().map(name -> Key.propagated(name, ValueCodec.utf8())).toList();

    private final Ripcord ripcord =
        Ripcord.builder().service("bench").propagate(KEYS.toArray(new Key<?>[0])).build();

    WithRipcord(boolean reasons) {
      ripcord.reasons(reasons);
    }

    @Override
    public void install(NettyServerBuilder server) {
      ripcord.install(server);
    }

    @Override
    public void install(NettyChannelBuilder channel) {
      ripcord.install(channel);
    }

    @Override
    public void with(int values, Runnable calls) {
      Context context = Context.background().withCancel().context();
      for (Key<String> key : KEYS.subList(0, values)) {
        context = context.withValue(key, VALUE);
      }
      context.run(calls);
    }

    @Override
    public int received() {
      Context context = Context.current();
      int found = 0;
      while (found < MOST_VALUES && context.value(KEYS.get(found)) != null) {
        found++;
      }
      return found;
    }
  }
}
