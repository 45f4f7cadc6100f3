package dev.ripcord.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A name behind which there are several processes, called in turn; or, until {@link #resolve}, a
 * name nobody has found out about yet.
 */
final class Spread implements AutoCloseable {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String scheme = "spread" + NAMES.incrementAndGet();
  private final List<EquivalentAddressGroup> groups = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Names names = new Names();
  private NameResolver.@Nullable Listener2 listener; // guarded by this
  private boolean resolved; // guarded by this

  private Spread(Peer... peers) {
    for (Peer peer : peers) {
      groups.add(new EquivalentAddressGroup(new InetSocketAddress("127.0.0.1", peer.port())));
    }
    NameResolverRegistry.getDefaultRegistry().register(names);
  }

  static Spread over(Peer... peers) {
    Spread spread = new Spread(peers);
    spread.resolve();
    return spread;
  }

  static Spread unresolved(Peer... peers) {
    return new Spread(peers);
  }

  ManagedChannel channelOf(Peer caller, Consumer<NettyChannelBuilder> settings) {
    NettyChannelBuilder builder =
        caller
            .ripcord()
            .install(NettyChannelBuilder.forTarget(scheme + ":///x"))
            .defaultLoadBalancingPolicy("round_robin")
            .usePlaintext();
    settings.accept(builder);
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  /** Somebody is asking. */
  synchronized boolean isAsked() {
    return listener != null;
  }

  synchronized void resolve() {
    resolved = true;
    answer();
  }

  private synchronized void ask(NameResolver.Listener2 asking) {
    listener = asking;
    answer();
  }

  private void answer() {
    NameResolver.Listener2 asking = listener;
    if (asking != null && resolved) {
      asking.onResult(
          NameResolver.ResolutionResult.newBuilder()
              .setAddressesOrError(StatusOr.fromValue(groups))
              .build());
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    NameResolverRegistry.getDefaultRegistry().deregister(names);
  }

  private final class Names extends NameResolverProvider {
    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return scheme;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "spread";
        }

        @Override
        public void start(Listener2 asking) {
          ask(asking);
        }

        @Override
        public void shutdown() {}
      };
    }
  }
}
