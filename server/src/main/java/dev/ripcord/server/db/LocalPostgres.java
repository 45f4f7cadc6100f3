package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.db.Commands.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL that belongs to this process: nothing to install, and gone with the process, however
 * that ends.
 *
 * <p>It listens on loopback only, with a password nobody else knows. Its files live in a temporary
 * folder, or in one that is kept if the user named one.
 */
final class LocalPostgres implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalPostgres.class);
  private static final String USER = "ripcord";
  private static final int TRIES = 3;
  private static final Duration LONGEST_START = Duration.ofSeconds(60);

  private static final List<String> CONFIGURATION =
      List.of(
          "listen_addresses=127.0.0.1",
          "unix_socket_directories=",
          "max_wal_size=1GB",
          "jit=off",
          "max_parallel_workers_per_gather=0",
          "client_connection_check_interval=1s",
          "timezone=UTC");
  // What is thrown away anyway needs not survive a power cut.
  private static final List<String> CONFIGURATION_OF_TEMPORARY =
      List.of(
          "fsync=off",
          "synchronous_commit=off",
          "full_page_writes=off",
          "wal_level=minimal",
          "max_wal_senders=0");

  private final @Nullable InstanceFolder temporary; // null if the folder is kept
  private final Supervisor supervisor;
  private final int port;
  private final String password;

  private LocalPostgres(
      @Nullable InstanceFolder temporary, Supervisor supervisor, int port, String password) {
    this.temporary = temporary;
    this.supervisor = supervisor;
    this.port = port;
    this.password = password;
  }

  /** Starts one. {@code kept} is where its files are and stay; null for a temporary place. */
  static LocalPostgres start(@Nullable Path kept) throws CannotStart {
    PostgresHome home = PostgresHome.open();
    home.sweep();
    try {
      for (int i = 0; i < TRIES; i++) {
        LocalPostgres postgres =
            kept == null ? startTemporary(home) : startKept(home, kept.toAbsolutePath());
        if (postgres != null) {
          return postgres;
        }
      }
      throw home.cannotStart("each port it was given was taken at once by another process", null);
    } catch (IOException e) {
      throw home.cannotStart(e.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStart("Interrupted while PostgreSQL was starting.", e);
    }
  }

  private static @Nullable LocalPostgres startTemporary(PostgresHome home)
      throws CannotStart, IOException, InterruptedException {
    InstanceFolder temporary = home.newInstanceFolder();
    LocalPostgres postgres = null;
    try {
      postgres = start(home, temporary.path(), temporary);
      return postgres;
    } finally {
      if (postgres == null) {
        temporary.close();
      }
    }
  }

  private static @Nullable LocalPostgres startKept(PostgresHome home, Path folder)
      throws CannotStart, IOException, InterruptedException {
    Files.createDirectories(folder);
    if (home.isRunning(dataIn(folder))) {
      throw new CannotStart(
          "Another process uses "
              + folder
              + " for its PostgreSQL. Give another folder with --data-dir, or stop that one.");
    }
    return start(home, folder, null);
  }

  /** Null if somebody else took the port in between. */
  private static @Nullable LocalPostgres start(
      PostgresHome home, Path folder, @Nullable InstanceFolder temporary)
      throws CannotStart, IOException, InterruptedException {
    String password = initialized(home, folder);
    Path logFile = folder.resolve("postgres.log");
    Files.deleteIfExists(logFile);
    int port = freePort();
    Supervisor supervisor = Supervisor.start(task(home, folder, port, temporary != null));
    LocalPostgres postgres = null;
    try {
      if (awaitReady(supervisor, dataIn(folder))) {
        postgres = new LocalPostgres(temporary, supervisor, port, password);
        log.info("PostgreSQL runs on port {} in {}", port, folder);
        return postgres;
      }
    } finally {
      if (postgres == null) {
        supervisor.close();
      }
    }
    String why = Files.exists(logFile) ? Files.readString(logFile, UTF_8) : "";
    if (why.contains("could not bind")) {
      return null;
    }
    throw home.cannotStart("it did not come up: " + lastLines(why), null);
  }

  private static Supervisor.Task task(PostgresHome home, Path folder, int port, boolean temporary) {
    List<String> arguments =
        new ArrayList<>(List.of("-D", dataIn(folder).toString(), "-p", Integer.toString(port)));
    for (String setting : CONFIGURATION) {
      arguments.addAll(List.of("-c", setting));
    }
    if (temporary) {
      CONFIGURATION_OF_TEMPORARY.forEach(setting -> arguments.addAll(List.of("-c", setting)));
    }
    List<String> server = home.line("postgres", arguments.toArray(String[]::new));
    // SIGINT lets it write down what it knows, SIGQUIT makes it drop everything.
    return new Supervisor.Task(
        server,
        temporary ? "QUIT" : "INT",
        folder.resolve("postgres.log"),
        temporary ? folder.toString() : "");
  }

  /** Whether the server takes connections; it says so in its pid file. False if it has ended. */
  private static boolean awaitReady(Supervisor supervisor, Path data)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LONGEST_START.toNanos() && supervisor.isRunning()) {
      if (PostgresHome.isReady(data, supervisor)) {
        return true;
      }
      Thread.sleep(10);
    }
    return false;
  }

  private static Path dataIn(Path folder) {
    return folder.resolve("data");
  }

  /** Makes the cluster if it is not there yet; the password of its only user. */
  private static String initialized(PostgresHome home, Path folder)
      throws CannotStart, IOException, InterruptedException {
    Path passwordFile = folder.resolve("password");
    Path data = dataIn(folder);
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return Files.readString(passwordFile).strip();
    }
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    PostgresHome.writePrivately(passwordFile, password + "\n");
    Outcome initdb =
        home.run(
            "initdb",
            "-D",
            data.toString(),
            "-U",
            USER,
            "-A",
            "scram-sha-256",
            "--pwfile",
            passwordFile.toString(),
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions");
    if (!initdb.isGood()) {
      throw home.cannotStart("initdb failed: " + lastLines(initdb.output()), null);
    }
    return password;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String lastLines(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  String user() {
    return USER;
  }

  String password() {
    return password;
  }

  /** Stops it, and deletes what is temporary. */
  @Override
  public void close() {
    try {
      supervisor.close();
      if (temporary != null) {
        temporary.close();
      }
    } catch (IOException e) {
      log.warn("PostgreSQL was not stopped in order", e);
    }
  }
}
