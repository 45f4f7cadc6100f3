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
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
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
   * @param instance the instance id, or null for one that is made up
   * @param peers where the role's peers are
   * @param patience how long to wait for them
   * @param settings what the role itself wants to know
   */
  record Plan(
      Role role,
      String host,
      int port,
      @Nullable String instance,
      Map<String, Address> peers,
      Duration patience,
      Settings settings) {}

  private final Role role;
  private final Ripcord ripcord;
  private final Settings settings;
  private final Peers peers;
  private final ExecutorService handlers = Handlers.executor();
  private final ScheduledExecutorService scheduler =
      Executors.newScheduledThreadPool(2, Handlers.daemons("scheduler"));
  private final HealthStatusManager health = new HealthStatusManager();
  private @Nullable Server server; // null until it listens

  private RunningRole(Plan plan) {
    this.role = plan.role();
    this.settings = plan.settings();
    this.ripcord = ripcordOf(plan);
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
    InetSocketAddress address = addressOf(plan);
    checkFree(address); // before the slow part: the usual mistake should not take seconds to show
    RunningRole running = new RunningRole(plan);
    boolean started = false;
    try {
      running.peers.awaitServing(plan.patience());
      running.serve(address);
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

  private static InetSocketAddress addressOf(Plan plan) throws CannotStart {
    InetSocketAddress address = new InetSocketAddress(plan.host(), plan.port());
    if (address.isUnresolved()) {
      throw new CannotStart(
          "There is no host \""
              + plan.host()
              + "\". Give --host an address of this machine: 127.0.0.1, or 0.0.0.0 for all.");
    }
    return address;
  }

  private static void checkFree(InetSocketAddress address) throws CannotStart {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(
          true); // as the server does: what is left of closed connections is no obstacle
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(address, e);
    }
  }

  private static CannotStart cannotListen(InetSocketAddress address, IOException e) {
    String where = address.getHostString() + ":" + address.getPort();
    Throwable why = e.getCause() instanceof SocketException cause ? cause : e;
    String reason = String.valueOf(why.getMessage());
    if (why instanceof BindException && reason.contains("already in use")) {
      return new CannotStart(
          "Something else listens on "
              + where
              + ". Stop it, or give another port with --port (0 takes any free one).",
          e);
    }
    if (reason.contains("assign requested")) {
      return new CannotStart(
          address.getHostString()
              + " is not an address of this machine. Give --host one that is: 127.0.0.1, or 0.0.0.0 for all.",
          e);
    }
    return new CannotStart(
        "Cannot listen on " + where + ": " + reason + ". Give another --host or --port.", e);
  }

  private void serve(InetSocketAddress address) throws CannotStart {
    List<BindableService> services = role.open(new GivenPlatform());
    NettyServerBuilder builder = NettyServerBuilder.forAddress(address).executor(handlers);
    // First added is innermost: it sees what the handlers do, in the context they do it in.
    builder.intercept(new CallLog(ripcord));
    services.forEach(builder::addService);
    builder
        .addService(health.getHealthService())
        .addService(ProtoReflectionServiceV1.newInstance());
    try {
      server = ripcord.install(builder).build().start();
    } catch (IOException e) {
      throw cannotListen(address, e);
    }
  }

  int port() {
    return server == null ? -1 : server.getPort();
  }

  String instance() {
    return ripcord.instance();
  }

  void awaitTermination() throws InterruptedException {
    if (server != null) {
      server.awaitTermination();
    }
  }

  /** Lets what runs finish for {@code grace}, ends the rest, and releases everything. */
  void stop(Duration grace) {
    log.info("draining");
    health.enterTerminalState();
    if (server != null) {
      ripcord.shutdown(server, grace);
    }
    release();
    log.info("stopped");
  }

  private void release() {
    role.close();
    peers.close();
    scheduler.shutdownNow();
    handlers.shutdown();
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
    public Executor handlers() {
      return handlers;
    }

    @Override
    public ScheduledExecutorService scheduler() {
      return scheduler;
    }

    @Override
    public void usable(boolean yes) {
      health.setStatus(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          yes ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }
}
