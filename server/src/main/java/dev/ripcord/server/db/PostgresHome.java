package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.db.Commands.Outcome;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this user's local PostgreSQLs live: the unpacked programs, and a folder for each process
 * that runs one.
 */
final class PostgresHome {
  private static final Logger log = LoggerFactory.getLogger(PostgresHome.class);
  private static final int STATUS_LINE = 7; // of postmaster.pid
  private static final Set<PosixFilePermission> OURS_ALONE =
      PosixFilePermissions.fromString("rwx------");

  private final Path path;
  private final Path programs;
  private final Commands commands;

  private PostgresHome(Path path, Path programs, Commands commands) {
    this.path = path;
    this.programs = programs;
    this.commands = commands;
  }

  /** Makes it ready: unpacked, and sure that its programs can be run. */
  static PostgresHome open() throws CannotStart {
    Commands commands = Commands.forThisUser();
    if (commands.needsUnshare()) {
      checkUnshare(commands);
    }
    String user = System.getProperty("user.name", "unknown").replaceAll("[^A-Za-z0-9._-]", "_");
    Path path = Path.of(System.getProperty("java.io.tmpdir"), "ripcord-" + user);
    try {
      createPrivately(path);
    } catch (IOException e) {
      throw new CannotStart(
          "There is no place for a PostgreSQL in "
              + path
              + " ("
              + e.getMessage()
              + "). Name another temporary folder with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=..., or point --database-url at a"
              + " PostgreSQL of your own.",
          e);
    }
    return new PostgresHome(path, PostgresBinaries.unpackedIn(path), commands);
  }

  private static void checkUnshare(Commands commands) throws CannotStart {
    String why;
    try {
      Outcome outcome = commands.run("true");
      if (outcome.isGood()) {
        return;
      }
      why = "it is denied here (" + outcome.output() + ")";
    } catch (IOException e) {
      why = "it is not installed here";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      why = "it was interrupted";
    }
    throw new CannotStart(
        "PostgreSQL refuses to run as root. The way around that is the program `unshare -U`, but "
            + why
            + ". Start this as a normal user, or point --database-url (RIPCORD_DATABASE_URL) at a PostgreSQL of your own, e.g."
            + " jdbc:postgresql://localhost/ripcord.");
  }

  /** What is run from there must not have been put there by somebody else. */
  private static void createPrivately(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OURS_ALONE));
    } catch (FileAlreadyExistsException e) {
      PosixFileAttributes attributes =
          Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      boolean ours =
          attributes.isDirectory()
              && attributes.owner().getName().equals(System.getProperty("user.name"));
      if (!ours || !attributes.permissions().equals(OURS_ALONE)) {
        throw new IOException("it exists and is not this user's alone", e);
      }
    }
  }

  static void writePrivately(Path file, String content) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, content, UTF_8);
  }

  InstanceFolder newInstanceFolder() throws IOException {
    return InstanceFolder.create(path);
  }

  /** Stops and deletes what processes left that were killed together with their watchdog. */
  void sweep() {
    try {
      for (InstanceFolder abandoned : InstanceFolder.takeOverAbandoned(path)) {
        try (abandoned) {
          log.info("cleaning up after a process that was killed: {}", abandoned.path());
          stop(abandoned.path().resolve("data"));
        }
      }
    } catch (IOException e) {
      log.warn("could not clean up in {}", path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the server of {@code data} if there is one, and waits for its end. */
  private void stop(Path data) throws IOException, InterruptedException {
    if (!isRunning(data)) {
      return;
    }
    Outcome stop =
        run("pg_ctl", "-D", data.toString(), "-m", "immediate", "-t", "30", "-w", "stop");
    if (!stop.isGood() && isRunning(data)) {
      throw new IOException("pg_ctl stop: " + stop.output());
    }
  }

  /**
   * Whether the process that {@code data} names is there and really is its server: process ids are
   * used again.
   */
  boolean isRunning(Path data) throws IOException {
    return ProcessHandle.of(pidIn(pidFile(data)))
        .map(ProcessHandle::info)
        .flatMap(ProcessHandle.Info::commandLine)
        .filter(line -> line.contains("postgres") && line.contains(data.toString()))
        .isPresent();
  }

  /** Whether the server that {@code supervisor} runs has said that it takes connections. */
  static boolean isReady(Path data, Supervisor supervisor) throws IOException {
    List<String> lines = pidFile(data);
    return lines.size() > STATUS_LINE
        && lines.get(STATUS_LINE).strip().equals("ready")
        && supervisor.owns(pidIn(lines)); // a crashed one leaves its file
  }

  private static List<String> pidFile(Path data) throws IOException {
    try {
      return Files.readAllLines(data.resolve("postmaster.pid"), UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** The process id in a pid file, or 0, which no process has. */
  private static long pidIn(List<String> pidFile) {
    String first = pidFile.isEmpty() ? "" : pidFile.get(0).strip();
    return first.matches("[0-9]{1,10}") ? Long.parseLong(first) : 0;
  }

  /** Runs one of PostgreSQL's programs to its end. */
  Outcome run(String program, String... arguments) throws IOException, InterruptedException {
    return commands.run(line(program, arguments));
  }

  /** How one of PostgreSQL's programs is called. */
  List<String> line(String program, String... arguments) {
    return commands.line(programs.resolve("bin").resolve(program).toString(), arguments);
  }

  CannotStart cannotStart(String why, @Nullable Throwable cause) {
    String message =
        "The PostgreSQL that comes with this program could not be started: "
            + why
            + ". Try again, or point --database-url (RIPCORD_DATABASE_URL) at a PostgreSQL of your own, e.g."
            + " jdbc:postgresql://localhost/ripcord.";
    return cause == null ? new CannotStart(message) : new CannotStart(message, cause);
  }
}
