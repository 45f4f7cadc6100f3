package dev.ripcord.server;

import dev.ripcord.grpc.Ripcord;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channels to the services that a role calls. */
final class Peers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Peers.class);
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);

  private final Map<String, Address> addresses;
  private final Map<String, ManagedChannel> channels = new LinkedHashMap<>();

  private Peers(Map<String, Address> addresses) {
    this.addresses = addresses;
  }

  /** Channels with {@code ripcord} installed, one for each address; nothing is connected yet. */
  static Peers open(Ripcord ripcord, Map<String, Address> addresses) {
    Peers peers = new Peers(addresses);
    addresses.forEach(
        (service, address) ->
            peers.channels.put(
                service,
                ripcord
                    .install(NettyChannelBuilder.forTarget(address.target()).usePlaintext())
                    .build()));
    return peers;
  }

  ManagedChannel channel(String service) {
    ManagedChannel channel = channels.get(service);
    if (channel == null) {
      throw new IllegalArgumentException(
          "\"" + service + "\" is none of this role's peers: " + channels.keySet());
    }
    return channel;
  }

  /** Waits until all of them say that they serve. */
  void awaitServing(Duration atMost) throws CannotStart, InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    for (String service : channels.keySet()) {
      awaitServing(service, end);
    }
  }

  private void awaitServing(String service, long end) throws CannotStart, InterruptedException {
    boolean told = false;
    while (true) {
      String trouble = trouble(service, Math.max(1, end - System.nanoTime()));
      if (trouble.isEmpty()) {
        return;
      }
      if (System.nanoTime() - end >= 0) {
        throw new CannotStart(
            "The service "
                + service
                + " at "
                + addresses.get(service)
                + " cannot be used: "
                + trouble
                + ". Start it first"
                + " (serve --role "
                + service
                + "), or correct --"
                + service
                + ".");
      }
      if (!told) {
        log.info("waiting for {} at {}: {}", service, addresses.get(service), trouble);
        told = true;
      }
      Thread.sleep(BETWEEN_TRIES.toMillis());
    }
  }

  /** Why a peer cannot be used, or nothing. */
  private String trouble(String service, long nanos) {
    try {
      ServingStatus status =
          HealthGrpc.newBlockingStub(channel(service))
              .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus();
      return status == ServingStatus.SERVING ? "" : "it says it is " + status;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return ""; // it answers, and knows nothing of health
      }
      Throwable cause = e.getCause();
      return "it does not answer ("
          + (cause == null ? e.getStatus().getDescription() : cause.getMessage())
          + ")";
    }
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
