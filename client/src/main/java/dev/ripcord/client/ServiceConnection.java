package dev.ripcord.client;

import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.DbGrpc.DbBlockingStub;
import dev.ripcord.services.db.v1.DbGrpc.DbFutureStub;
import dev.ripcord.services.db.v1.DbGrpc.DbStub;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.GatewayGrpc.GatewayBlockingStub;
import dev.ripcord.services.gateway.v1.GatewayGrpc.GatewayFutureStub;
import dev.ripcord.services.gateway.v1.GatewayGrpc.GatewayStub;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.identity.v1.IdentityGrpc.IdentityBlockingStub;
import dev.ripcord.services.identity.v1.IdentityGrpc.IdentityFutureStub;
import dev.ripcord.services.identity.v1.IdentityGrpc.IdentityStub;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.TokenGrpc.TokenBlockingStub;
import dev.ripcord.services.token.v1.TokenGrpc.TokenFutureStub;
import dev.ripcord.services.token.v1.TokenGrpc.TokenStub;
import dev.ripcord.services.v1.WorkLogGrpc;
import dev.ripcord.services.v1.WorkLogGrpc.WorkLogBlockingStub;
import dev.ripcord.services.v1.WorkLogGrpc.WorkLogFutureStub;
import dev.ripcord.services.v1.WorkLogGrpc.WorkLogStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a process that serves one of the services, and the typed stubs over it. Owns its
 * channel: opened once, shared by all threads, closed once.
 *
 * <pre>{@code
 * Ripcord ripcord = Ripcord.builder().service("shop").propagate(TENANT).build();
 * try (ServiceConnection connection = ServiceConnection.open(ripcord, "127.0.0.1:50050");
 *     CancelScope scope = Context.current().withTimeout(Duration.ofSeconds(2))) {
 *   OverviewReply reply =
 *       scope.context().call(() -> connection.gateway().blocking().overview(request));
 * }
 * }</pre>
 *
 * <p>A connection leads to one address, and a process usually serves one service: the stubs of the
 * others answer {@code UNIMPLEMENTED} there. Opening does not wait for the peer; the first call
 * does, and fails with {@code UNAVAILABLE} if nobody listens.
 */
public final class ServiceConnection implements AutoCloseable {
  private static final Duration LAST_CALLS = Duration.ofSeconds(2);

  private final ManagedChannel channel;
  private final ServiceStubs<GatewayBlockingStub, GatewayStub, GatewayFutureStub> gateway;
  private final ServiceStubs<IdentityBlockingStub, IdentityStub, IdentityFutureStub> identity;
  private final ServiceStubs<DbBlockingStub, DbStub, DbFutureStub> db;
  private final ServiceStubs<TokenBlockingStub, TokenStub, TokenFutureStub> token;
  private final ServiceStubs<WorkLogBlockingStub, WorkLogStub, WorkLogFutureStub> work;

  private ServiceConnection(ManagedChannel channel) {
    this.channel = channel;
    this.gateway =
        new ServiceStubs<>(
            GatewayGrpc.newBlockingStub(channel),
            GatewayGrpc.newStub(channel),
            GatewayGrpc.newFutureStub(channel));
    this.identity =
        new ServiceStubs<>(
            IdentityGrpc.newBlockingStub(channel),
            IdentityGrpc.newStub(channel),
            IdentityGrpc.newFutureStub(channel));
    this.db =
        new ServiceStubs<>(
            DbGrpc.newBlockingStub(channel),
            DbGrpc.newStub(channel),
            DbGrpc.newFutureStub(channel));
    this.token =
        new ServiceStubs<>(
            TokenGrpc.newBlockingStub(channel),
            TokenGrpc.newStub(channel),
            TokenGrpc.newFutureStub(channel));
    this.work =
        new ServiceStubs<>(
            WorkLogGrpc.newBlockingStub(channel),
            WorkLogGrpc.newStub(channel),
            WorkLogGrpc.newFutureStub(channel));
  }

  /**
   * A connection in plain text to {@code address}, with {@code ripcord} installed.
   *
   * @throws IllegalArgumentException if the address is not {@code host:port}
   */
  public static ServiceConnection open(Ripcord ripcord, String address) {
    Objects.requireNonNull(ripcord, "ripcord is null");
    String target = Address.parse(address).toString();
    return new ServiceConnection(
        ripcord
            .install(NettyChannelBuilder.forTarget(target).usePlaintext())
            // A service that vanishes is noticed; these permit it, others might not.
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .build());
  }

  /**
   * A connection over a channel of your own making (TLS, load balancing), with Ripcord installed.
   * Closing shuts it down.
   */
  public static ServiceConnection over(ManagedChannel channel) {
    return new ServiceConnection(Objects.requireNonNull(channel, "channel is null"));
  }

  /** The door: the service that people talk to. */
  public ServiceStubs<GatewayBlockingStub, GatewayStub, GatewayFutureStub> gateway() {
    return gateway;
  }

  /** Who somebody is. */
  public ServiceStubs<IdentityBlockingStub, IdentityStub, IdentityFutureStub> identity() {
    return identity;
  }

  /** Named queries. */
  public ServiceStubs<DbBlockingStub, DbStub, DbFutureStub> db() {
    return db;
  }

  /** Signed tokens. */
  public ServiceStubs<TokenBlockingStub, TokenStub, TokenFutureStub> token() {
    return token;
  }

  /** What a process does for a request besides handling its calls; each of the services tells. */
  public ServiceStubs<WorkLogBlockingStub, WorkLogStub, WorkLogFutureStub> work() {
    return work;
  }

  /**
   * Takes no more calls, gives those that are open two seconds, then ends them. Closing twice is
   * harmless.
   */
  @Override
  public void close() {
    channel.shutdown();
    try {
      channel.awaitTermination(LAST_CALLS.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      channel.shutdownNow();
    }
  }
}
