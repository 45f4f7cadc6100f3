package dev.ripcord.server;

import dev.ripcord.grpc.Ripcord;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** One service on a socket of its own, as {@link Serve} would run it, in this process. */
@SuppressWarnings("try") // closing may be interrupted, and a test then fails
public final class TestServer implements Platform, AutoCloseable {
  private final Ripcord ripcord;
  private final WorkLog work = new WorkLog();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final Map<String, TestServer> peers;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ExecutorService handlers = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final Server server;
  private final AutoCloseable closedLast;

  /** What a test puts behind the socket. */
  public interface Services {
    List<BindableService> open(Platform platform) throws Exception;
  }

  private TestServer(
      String name,
      int port,
      Map<String, TestServer> peers,
      Services services,
      AutoCloseable closedLast)
      throws Exception {
    this.ripcord =
        Ripcord.builder()
            .service(name)
            .propagate(Values.TENANT, Values.BADGE, SessionKey.KEY)
            .build();
    this.peers = peers;
    this.closedLast = closedLast;
    NettyServerBuilder builder =
        ripcord.install(NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port)));
    builder.executor(handlers);
    services.open(this).forEach(builder::addService);
    this.server = start(builder);
  }

  private static Server start(NettyServerBuilder builder) throws IOException {
    return builder.build().start();
  }

  /** Serves {@code service}, which calls nobody. */
  public static TestServer of(String name, BindableService service) throws Exception {
    return of(name, Map.of(), platform -> List.of(service));
  }

  /** Serves {@code services}, which call {@code peers}. */
  public static TestServer of(String name, Map<String, TestServer> peers, Services services)
      throws Exception {
    return of(name, 0, peers, services);
  }

  /** The same, on a port. */
  static TestServer of(String name, int port, Map<String, TestServer> peers, Services services)
      throws Exception {
    return new TestServer(name, port, peers, services, () -> {});
  }

  /** Serves a role, which calls {@code peers}. */
  public static TestServer of(Role role, Map<String, TestServer> peers) throws Exception {
    return new TestServer(role.name(), 0, peers, role::open, role);
  }

  /** Where it listens. */
  public int port() {
    return server.getPort();
  }

  /** A channel to this server for a caller with Ripcord; closed with the server. */
  public ManagedChannel channelFor(Ripcord caller) {
    return keep(caller.install(builder()).build());
  }

  /** A channel to this server for a caller that knows nothing of Ripcord. */
  public ManagedChannel plainChannel() {
    return keep(builder().build());
  }

  private NettyChannelBuilder builder() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
  }

  private ManagedChannel keep(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  @Override
  public Ripcord ripcord() {
    return ripcord;
  }

  @Override
  public Settings settings() {
    return new Settings(null, null, null, null);
  }

  @Override
  public Channel channel(String service) {
    TestServer peer = peers.get(service);
    if (peer == null) {
      throw new IllegalArgumentException("not a peer: " + service);
    }
    return peer.channelFor(ripcord);
  }

  @Override
  public Map<String, String> addresses() {
    return Map.of();
  }

  @Override
  public Executor handlers() {
    return handlers;
  }

  @Override
  public ScheduledExecutorService scheduler() {
    return scheduler;
  }

  @Override
  public WorkLog work() {
    return work;
  }

  @Override
  public MeterRegistry meters() {
    return meters;
  }

  @Override
  public HttpPort http() {
    return null;
  }

  @Override
  public void usable(boolean yes) {}

  /** Stops as {@link Serve} does: calls first, then the role. Fails if a handler is left. */
  @Override
  public void close() throws Exception {
    boolean returned = ripcord.shutdown(server, Duration.ofMillis(200));
    closedLast.close();
    channels.forEach(ManagedChannel::shutdownNow);
    handlers.shutdown();
    scheduler.shutdown();
    if (!returned || !handlers.awaitTermination(10, TimeUnit.SECONDS)) {
      throw new AssertionError("a handler of " + ripcord + " is still running");
    }
  }
}
