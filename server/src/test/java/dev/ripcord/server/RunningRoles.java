package dev.ripcord.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Serves roles in the test's own JVM, until it ends. */
public final class RunningRoles {
  private RunningRoles() {}

  /** One that is served, with HTTP beside it. */
  public record WithHttp(int port, int httpPort, Runnable stop) implements AutoCloseable {
    @Override
    public void close() {
      stop.run();
    }
  }

  /** The port at which {@code role} is served. */
  public static int start(Role role, Map<String, Integer> peerPorts) {
    RunningRole running = start(role, peerPorts, null);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop(Duration.ZERO)));
    return running.port();
  }

  /** Serves {@code role} until it is closed. */
  public static WithHttp startWithHttp(Role role, Map<String, Integer> peerPorts) {
    RunningRole running = start(role, peerPorts, 0);
    return new WithHttp(running.port(), running.httpPort(), () -> running.stop(Duration.ZERO));
  }

  private static RunningRole start(Role role, Map<String, Integer> peerPorts, Integer httpPort) {
    Map<String, Address> peers = new LinkedHashMap<>();
    peerPorts.forEach((name, port) -> peers.put(name, new Address("127.0.0.1", port)));
    try {
      return RunningRole.start(
          new RunningRole.Plan(
              role,
              "127.0.0.1",
              0,
              "127.0.0.1",
              httpPort,
              null,
              peers,
              Duration.ofSeconds(30),
              new Settings(null, null, null, null)));
    } catch (CannotStart e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
