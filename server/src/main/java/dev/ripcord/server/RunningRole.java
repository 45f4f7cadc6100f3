package dev.ripcord.server;

import dev.ripcord.grpc.Limits;
import dev.ripcord.grpc.Ripcord;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role that is being served, with everything around it: the server, its health, the channels to
 * its peers.
 */
final class RunningRole {
  private static final Logger log = LoggerFactory.getLogger(RunningRole.class);

  /**
   * What to start.
   *
   * @param role the role
   * @param host the address to listen on
   * @param port the port to listen on, 0 for any free one
   * @param httpHost the address for HTTP
   * @param httpPort the port for HTTP, 0 for any free one; null for none
   * @param instance the instance id, or null for one that is made up
   * @param peers where the role's peers are
   * @param patience how long to wait for them
   * @param settings what the role itself wants to know
   */
  record Plan(
      Role role,
      String host,
      int port,
      String httpHost,
      @Nullable Integer httpPort,
      @Nullable String instance,
      Map<String, Address> peers,
      Duration patience,
      Settings settings) {}

  private final Role role;
  private final Ripcord ripcord;
  private final Metrics metrics;
  private final Settings settings;
  private final Peers peers;
  private final WorkLog work = new WorkLog();
  private final ExecutorService handlers = Handlers.executor();
  private final ScheduledExecutorService scheduler =
      Executors.newScheduledThreadPool(2, Handlers.daemons("scheduler"));
  private final HealthStatusManager health = new HealthStatusManager();
  private volatile @Nullable Server server; // null until it listens
  private @Nullable HttpPort http; // null if there is none
  private volatile boolean usable = true; // what the role says
  private volatile boolean draining;
  private final Platform platform = new GivenPlatform();
  private final Plan plan;

  private RunningRole(Plan plan) {
    this.plan = plan;
    this.role = plan.role();
    this.settings = plan.settings();
    this.ripcord = ripcordOf(plan);
    this.metrics = Metrics.of(ripcord);
    this.peers = Peers.open(ripcord, plan.peers());
  }

  private static Ripcord ripcordOf(Plan plan) {
    Ripcord.Builder builder =
        Ripcord.builder()
            .service(plan.role().name())
            .propagate(Values.TENANT, Values.BADGE, SessionKey.KEY)
            .clientKeepalive(true)
            .limits(Limits.defaults());
    if (plan.instance() != null) {
      builder.instance(plan.instance());
    }
    return builder.build();
  }

  /** Starts it, and returns when it can be used. What fails leaves nothing behind. */
  static RunningRole start(Plan plan) throws CannotStart, InterruptedException {
    InetSocketAddress address = addressOf(plan.host(), plan.port(), "--host");
    checkFree(address); // before the slow part: the usual mistake should not take seconds to show
    RunningRole running = new RunningRole(plan);
    boolean started = false;
    try {
      running.openHttp(plan);
      running.peers.awaitServing(plan.patience());
      running.serve(address);
      running.role.serving(running.platform);
      started = true;
      log.info(
          "{}/{} serves on {}:{}",
          plan.role().name(),
          running.instance(),
          plan.host(),
          running.port());
      return running;
    } finally {
      if (!started) {
        running.release();
      }
    }
  }

  private static InetSocketAddress addressOf(String host, int port, String flag)
      throws CannotStart {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new CannotStart(
          "There is no host \""
              + host
              + "\". Give "
              + flag
              + " an address of this machine: 127.0.0.1, or 0.0.0.0 for all.");
    }
    return address;
  }

  private void openHttp(Plan plan) throws CannotStart {
    if (plan.httpPort() == null) {
      return;
    }
    InetSocketAddress address = addressOf(plan.httpHost(), plan.httpPort(), "--http-host");
    try {
      HttpPort opened = HttpPort.open(address);
      http = opened;
      opened.text("/metrics", Metrics.TYPE, metrics::scrape);
      opened.text("/healthz", "text/plain", this::healthz);
    } catch (IOException e) {
      throw cannotListen(address, "--http-", e);
    }
  }

  private String healthz() throws HttpPort.Unavailable {
    if (server == null || draining || !usable) {
      throw new HttpPort.Unavailable(draining ? "DRAINING" : "NOT_SERVING");
    }
    return "SERVING\n";
  }

  private static void checkFree(InetSocketAddress address) throws CannotStart {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(
          true); // as the server does: what is left of closed connections is no obstacle
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(address, "--", e);
    }
  }

  private static CannotStart cannotListen(InetSocketAddress address, String flag, IOException e) {
    String where = address.getHostString() + ":" + address.getPort();
    Throwable why = e.getCause() instanceof SocketException cause ? cause : e;
    String reason = String.valueOf(why.getMessage());
    if (why instanceof BindException && reason.contains("already in use")) {
      return new CannotStart(
          "Something else listens on "
              + where
              + ". Stop it, or give another port with "
              + flag
              + "port (0 takes any free one).",
          e);
    }
    if (reason.contains("assign requested")) {
      return new CannotStart(
          address.getHostString()
              + " is not an address of this machine. Give "
              + flag
              + "host one that is: 127.0.0.1, or 0.0.0.0 for all.",
          e);
    }
    return new CannotStart(
        "Cannot listen on "
            + where
            + ": "
            + reason
            + ". Give another "
            + flag
            + "host or "
            + flag
            + "port.",
        e);
  }

  private void serve(InetSocketAddress address) throws CannotStart {
    List<BindableService> services = role.open(platform);
    NettyServerBuilder builder = NettyServerBuilder.forAddress(address).executor(handlers);
    // First added is innermost: it sees what the handlers do, in the context they do it in.
    builder.intercept(new CallLog(ripcord, metrics.registry()));
    services.forEach(builder::addService);
    builder
        .addService(health.getHealthService())
        .addService(new WorkLogService(work))
        .addService(ProtoReflectionServiceV1.newInstance());
    try {
      server = ripcord.install(builder).build().start();
    } catch (IOException e) {
      throw cannotListen(address, "--", e);
    }
  }

  int port() {
    Server listening = server;
    return listening == null ? -1 : listening.getPort();
  }

  /** -1 without HTTP. */
  int httpPort() {
    return http == null ? -1 : http.port();
  }

  String instance() {
    return ripcord.instance();
  }

  void awaitTermination() throws InterruptedException {
    Server listening = server;
    if (listening != null) {
      listening.awaitTermination();
    }
  }

  /** Lets what runs finish for {@code grace}, ends the rest, and releases everything. */
  void stop(Duration grace) {
    log.info("draining");
    draining = true;
    health.enterTerminalState();
    Server listening = server;
    if (listening != null) {
      ripcord.shutdown(listening, grace);
    }
    release();
    log.info("stopped");
  }

  private void release() {
    role.close();
    peers.close();
    scheduler.shutdownNow();
    handlers.shutdown();
    if (http != null) {
      http.close();
    }
  }

  /** What the role gets to see. */
  private final class GivenPlatform implements Platform {
    @Override
    public Ripcord ripcord() {
      return ripcord;
    }

    @Override
    public Settings settings() {
      return settings;
    }

    @Override
    public Channel channel(String service) {
      return peers.channel(service);
    }

    @Override
    public Map<String, String> addresses() {
      Map<String, String> addresses = new LinkedHashMap<>();
      Server listening = server;
      if (listening != null) {
        InetSocketAddress own = (InetSocketAddress) listening.getListenSockets().get(0);
        InetAddress host = own.getAddress();
        // Where all addresses are listened to, this machine's own is one.
        String name = host.isAnyLocalAddress() ? "127.0.0.1" : host.getHostAddress();
        addresses.put(
            role.name(), (name.contains(":") ? "[" + name + "]" : name) + ":" + own.getPort());
      }
      plan.peers().forEach((peer, address) -> addresses.put(peer, address.toString()));
      return addresses;
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
      return metrics.registry();
    }

    @Override
    public @Nullable HttpPort http() {
      return http;
    }

    @Override
    public void usable(boolean yes) {
      usable = yes;
      health.setStatus(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          yes ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }
}
