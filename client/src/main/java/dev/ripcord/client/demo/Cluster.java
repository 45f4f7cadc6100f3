package dev.ripcord.client.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL and the four services, each a process of its own on a free port of this machine.
 * Closing ends all of them, in every state of starting.
 *
 * <p>{@link #close} may be called from any thread; everything else belongs to one.
 */
final class Cluster implements AutoCloseable {
  /** Who needs whom, in the order in which they are ended; started in the opposite one. */
  static final List<String> SERVICES = List.of("gateway", "identity", "token", "db");

  // The first start unpacks PostgreSQL and fills its tables.
  private static final Duration START = Duration.ofMinutes(2);

  private final Path serverJar;
  private final Path folder;
  private final List<ChildProcess<?>> children =
      new ArrayList<>(); // guarded by this; in the order of their start
  private boolean closed; // guarded by this; once true, nothing is started any more
  private boolean logsWanted; // guarded by this
  private final Map<String, Ready> ready = new LinkedHashMap<>();
  private int pagePort; // of the gateway; 0: no page

  private Cluster(Path serverJar, Path folder) {
    this.serverJar = serverJar;
    this.folder = folder;
  }

  /** An empty one, so that it can be closed while it starts. */
  static Cluster of(Path serverJar) throws CannotRun {
    if (!Files.isReadable(serverJar)) {
      throw new CannotRun(
          "There is no server at " + serverJar + ". Build it: ./ripcord help, or mvn package.");
    }
    try {
      return new Cluster(serverJar, Files.createTempDirectory("ripcord-demo-"));
    } catch (IOException e) {
      throw new CannotRun(
          "Cannot make a folder for logs: " + e.getMessage() + ". Set TMPDIR or java.io.tmpdir.",
          e);
    }
  }

  /** Has the gateway show a page, once it starts. */
  void withPage() throws CannotRun {
    pagePort = freePort();
  }

  /** Where a browser finds the page. */
  String page() {
    return "http://127.0.0.1:" + pagePort + "/";
  }

  /** Starts everything and tells of each service as soon as it can be called. */
  void start(Consumer<Ready> told) throws CannotRun, InterruptedException {
    // The two that need nobody start side by side.
    ChildProcess<Ready> db = launch("db", 0, List.of());
    ChildProcess<Ready> token = launch("token", 0, List.of());
    await("token", token, told);
    await("db", db, told);
    // Identity tells the gateway, which is not there yet, when a session is revoked.
    int gatewayPort = freePort();
    String gateway = "127.0.0.1:" + gatewayPort;
    await("identity", launch("identity", 0, List.of("--instances", gateway), "db"), told);
    List<String> page =
        pagePort == 0 ? List.of() : List.of("--http-port", Integer.toString(pagePort));
    await("gateway", launch("gateway", gatewayPort, page, "identity", "db", "token"), told);
  }

  private void await(String service, ChildProcess<Ready> child, Consumer<Ready> told)
      throws CannotRun, InterruptedException {
    Ready its = child.awaitBegun(START);
    ready.put(service, its);
    told.accept(its);
  }

  /** A second gateway, which may go before the others do. */
  ChildProcess<Ready> launchGateway(Duration grace) throws CannotRun {
    List<String> more = List.of("--grace", Long.toString(grace.toSeconds()));
    return launch("gateway", 0, more, "identity", "db", "token");
  }

  private static int freePort() throws CannotRun {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new CannotRun("There is no free port: " + e.getMessage(), e);
    }
  }

  private ChildProcess<Ready> launch(String service, int port, List<String> more, String... peers)
      throws CannotRun {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(ChildProcess.options());
    command.addAll(
        List.of(
            "-jar",
            serverJar.toString(),
            "--role",
            service,
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--until-stdin-ends"));
    command.addAll(more);
    for (String peer : peers) {
      command.addAll(List.of("--" + peer, address(peer)));
    }
    return start(service, command, Ready::parse);
  }

  /** Starts a process that ends with this. */
  synchronized <T> ChildProcess<T> start(
      String name, List<String> command, ChildProcess.Reading<T> begun) throws CannotRun {
    if (closed) {
      throw new CannotRun("The demo is being ended.");
    }
    ChildProcess<T> child = ChildProcess.start(name, command, folder.resolve(name + ".log"), begun);
    children.add(child);
    return child;
  }

  /** Where a service that has been told of can be called. */
  String address(String service) {
    return Objects.requireNonNull(ready.get(service), service).address();
  }

  /** The process of a service that has been told of. */
  ProcessHandle process(String service) {
    long pid = Objects.requireNonNull(ready.get(service), service).pid();
    return ProcessHandle.of(pid)
        .orElseThrow(() -> new IllegalStateException(service + " has gone"));
  }

  /** All of them, in the order of {@link #SERVICES}. */
  List<String> addresses() {
    return SERVICES.stream().map(this::address).toList();
  }

  /** Where the processes log to. */
  Path folder() {
    return folder;
  }

  /** Leaves the logs where they are when this is closed. */
  synchronized void keepLogs() {
    logsWanted = true;
  }

  /**
   * Asks callers before callees, waits for each, and takes its logs away. Whoever comes second
   * returns at once: the first is on it.
   */
  @Override
  public void close() {
    List<ChildProcess<?>> ending = beginClosing();
    if (ending != null) {
      ending.forEach(ChildProcess::close);
      if (!logsAreWanted()) {
        remove(folder);
      }
    }
  }

  /** Callers first; null if somebody else is closing. */
  private synchronized @Nullable List<ChildProcess<?>> beginClosing() {
    if (closed) {
      return null;
    }
    closed = true;
    Collections.reverse(children);
    return List.copyOf(children);
  }

  private synchronized boolean logsAreWanted() {
    return logsWanted;
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException leftBehind) {
      // In the folder for temporary files, where it is somebody's job to sweep.
    }
  }
}
