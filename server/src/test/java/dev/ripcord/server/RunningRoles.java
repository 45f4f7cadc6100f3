package dev.ripcord.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Serves roles in the test's own JVM, until it ends. */
public final class RunningRoles {
  private RunningRoles() {}

  /** The port at which {@code role} is served. */
  public static int start(Role role, Map<String, Integer> peerPorts) {
    Map<String, Address> peers = new LinkedHashMap<>();
    peerPorts.forEach((name, port) -> peers.put(name, new Address("127.0.0.1", port)));
    try {
      RunningRole running =
          RunningRole.start(
              new RunningRole.Plan(
                  role,
                  "127.0.0.1",
                  0,
                  "127.0.0.1",
                  null,
                  null,
                  peers,
                  Duration.ofSeconds(30),
                  new Settings(null, null, null, null)));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop(Duration.ZERO)));
      return running.port();
    } catch (CannotStart e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
