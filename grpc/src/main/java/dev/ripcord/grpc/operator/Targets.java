package dev.ripcord.grpc.operator;

import io.grpc.ChannelLogger;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.NameResolver.ServiceConfigParser;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.SynchronizationContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds every address behind a target: {@code host:port} is one, {@code
 * dns:///orders.example:50050} as many as the name has, and any other scheme what its gRPC name
 * resolver says.
 */
public final class Targets {
  private static final int NO_PORT = 0;
  private static final int HIGHEST_PORT = 65_535;

  private Targets() {}

  /**
   * Reads {@code host:port}, {@code [::1]:port} for an IPv6 address; does not look it up.
   *
   * @throws IllegalArgumentException if it is not that; the message says what was read
   */
  public static InetSocketAddress parse(String text) {
    Objects.requireNonNull(text, "text is null");
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.contains(":") && !bracketed) || !port.matches("\\d{1,5}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not host:port, for instance 127.0.0.1:50050");
    }
    return InetSocketAddress.createUnresolved(
        bracketed ? host.substring(1, host.length() - 1) : host, checkPort(Integer.parseInt(port)));
  }

  /** Refuses what is not 1 to 65535. */
  public static int checkPort(int port) {
    if (port < 1 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("port " + port + " is not 1 to " + HIGHEST_PORT);
    }
    return port;
  }

  /**
   * All of them.
   *
   * @throws IllegalArgumentException if {@code target} is malformed, or nobody knows its scheme
   * @throws StatusException if it cannot be resolved
   */
  static List<InetSocketAddress> resolve(String target, Duration patience)
      throws StatusException, InterruptedException {
    if (!target.contains("://")) {
      return List.of(parse(target));
    }
    ScheduledExecutorService threads =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "resolve " + target);
              thread.setDaemon(true);
              return thread;
            });
    try {
      return resolve(URI.create(target), threads, patience);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<InetSocketAddress> resolve(
      URI target, ScheduledExecutorService threads, Duration patience)
      throws StatusException, InterruptedException {
    CompletableFuture<List<InetSocketAddress>> found = new CompletableFuture<>();
    NameResolver resolver =
        NameResolverRegistry.getDefaultRegistry()
            .asFactory()
            .newNameResolver(target, arguments(threads));
    if (resolver == null) {
      throw new IllegalArgumentException("\"" + target + "\": no name resolver knows this scheme");
    }
    try {
      // On the thread that the resolver's own work runs on.
      threads.execute(() -> resolver.start(listener(found)));
      return found.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.withDescription("not resolved in time").asException();
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asException();
    } finally {
      threads.execute(resolver::shutdown);
      threads.shutdown();
    }
  }

  private static NameResolver.Listener2 listener(CompletableFuture<List<InetSocketAddress>> found) {
    return new NameResolver.Listener2() {
      @Override
      public void onResult(NameResolver.ResolutionResult result) {
        if (result.getAddressesOrError().hasValue()) {
          found.complete(inetAddresses(result.getAddressesOrError().getValue()));
        } else {
          onError(result.getAddressesOrError().getStatus());
        }
      }

      @Override
      public void onError(Status error) {
        found.completeExceptionally(error.asException());
      }
    };
  }

  private static List<InetSocketAddress> inetAddresses(List<EquivalentAddressGroup> groups) {
    List<InetSocketAddress> all = new ArrayList<>();
    for (EquivalentAddressGroup group : groups) {
      for (SocketAddress address : group.getAddresses()) {
        if (address instanceof InetSocketAddress inet) {
          all.add(inet);
        }
      }
    }
    return all;
  }

  private static NameResolver.Args arguments(ScheduledExecutorService threads) {
    return NameResolver.Args.newBuilder()
        .setDefaultPort(NO_PORT)
        .setProxyDetector(address -> null)
        .setSynchronizationContext(new SynchronizationContext((thread, failure) -> {}))
        .setScheduledExecutorService(threads)
        .setOffloadExecutor(threads)
        .setServiceConfigParser(
            new ServiceConfigParser() {
              @Override
              public ConfigOrError parseServiceConfig(Map<String, ?> raw) {
                return ConfigOrError.fromConfig(raw);
              }
            })
        .setChannelLogger(
            new ChannelLogger() {
              @Override
              public void log(ChannelLogLevel level, String message) {}

              @Override
              public void log(ChannelLogLevel level, String format, Object... arguments) {}
            })
        .build();
  }
}
