package dev.ripcord.server.db;

import dev.ripcord.server.CannotStart;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** Unpacks the PostgreSQL that is packed with this program, once per user and version. */
final class PostgresBinaries {
  private static final Logger log = LoggerFactory.getLogger(PostgresBinaries.class);
  private static final Map<String, String> ARCHIVES =
      Map.of("amd64", "/postgres-linux-x86_64.txz", "aarch64", "/postgres-linux-arm_64.txz");
  private static final String BRING_YOUR_OWN =
      "Point --database-url at a PostgreSQL of your own instead, e.g. jdbc:postgresql://localhost/ripcord.";

  private PostgresBinaries() {}

  /** The folder with {@code bin}, {@code lib} and {@code share}, below {@code home}. */
  static Path unpackedIn(Path home) throws CannotStart {
    URL archive = archive();
    try {
      Path target = home.resolve("postgres-" + sizeOf(archive));
      if (!Files.exists(target)) {
        unpackOnce(archive, home, target);
      }
      return target;
    } catch (IOException e) {
      throw new CannotStart(
          "PostgreSQL could not be unpacked in " + home + ": " + e + ". " + BRING_YOUR_OWN, e);
    }
  }

  private static URL archive() throws CannotStart {
    String system = System.getProperty("os.name", "");
    String machine = System.getProperty("os.arch", "");
    String name = system.toLowerCase(Locale.ROOT).equals("linux") ? ARCHIVES.get(machine) : null;
    URL archive = name == null ? null : PostgresBinaries.class.getResource(name);
    if (archive == null) {
      throw new CannotStart(
          "No PostgreSQL is packed for " + system + " on " + machine + ". " + BRING_YOUR_OWN);
    }
    return archive;
  }

  /** Tells one version from another without reading it. */
  private static long sizeOf(URL archive) throws IOException {
    URLConnection connection = archive.openConnection();
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      return in.available() < 0 ? 0 : connection.getContentLengthLong();
    }
  }

  /**
   * Two processes that start at once: one unpacks, the other waits. What stands at {@code target}
   * is always whole.
   */
  private static void unpackOnce(URL archive, Path home, Path target) throws IOException {
    Path lockFile = home.resolve("unpack.lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid() && !Files.exists(target)) {
        log.info("unpacking PostgreSQL, once, into {}", target);
        Path unfinished = home.resolve("unpacking");
        if (Files.exists(unfinished)) {
          InstanceFolder.deleteTree(unfinished);
        }
        unpack(archive, unfinished);
        Files.move(unfinished, target);
      }
    }
  }

  private static void unpack(URL archive, Path target) throws IOException {
    try (InputStream file = archive.openStream();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(file)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, target);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    Path path = target.resolve(entry.getName()).normalize();
    if (!path.startsWith(target)) {
      throw new IOException(entry.getName() + " leads out of the archive");
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Path folder = Objects.requireNonNull(path.getParent(), "an entry is below the target");
    Files.createDirectories(folder);
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    if (folder.endsWith("bin") && !path.toFile().setExecutable(true)) {
      throw new IOException(path + " cannot be made executable");
    }
  }
}
