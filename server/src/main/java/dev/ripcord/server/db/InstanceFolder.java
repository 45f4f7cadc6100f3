package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The temporary folder of one process. A lock on its {@code owner} file says that the process
 * lives: the system takes the lock away with the process, however that ends, and unlike a process
 * id nobody else can come to have it.
 */
final class InstanceFolder implements AutoCloseable {
  private static final String PREFIX = "instance-";
  private static final String OWNER = "owner";

  // This JVM's own, which it must not even open: closing any channel to a file gives up all locks
  // that the process has on it.
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel owner;
  // Held until close. Referred to, because the JVM forgets a lock that nobody refers to.
  private final FileLock lock;

  private InstanceFolder(Path path, FileChannel owner, FileLock lock) {
    this.path = path;
    this.owner = owner;
    this.lock = lock;
  }

  /** A new one, ours. */
  static InstanceFolder create(Path home) throws IOException {
    Path path = Files.createTempDirectory(home, PREFIX);
    OURS.add(path);
    FileChannel owner =
        FileChannel.open(
            path.resolve(OWNER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileLock lock = owner.lock();
    // Written under the lock: whoever finds the file empty has found one that is being made.
    owner.write(ByteBuffer.wrap(("pid " + ProcessHandle.current().pid() + "\n").getBytes(UTF_8)));
    return new InstanceFolder(path, owner, lock);
  }

  /** Those whose process is gone, now held by us. */
  static List<InstanceFolder> takeOverAbandoned(Path home) throws IOException {
    List<InstanceFolder> abandoned = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(home, PREFIX + "*")) {
      for (Path folder : folders) {
        InstanceFolder taken = takeOver(folder);
        if (taken != null) {
          abandoned.add(taken);
        }
      }
    }
    return abandoned;
  }

  private static @Nullable InstanceFolder takeOver(Path folder) throws IOException {
    if (!OURS.add(folder)) {
      return null;
    }
    InstanceFolder taken = null;
    try {
      taken = lockAbandoned(folder);
      return taken;
    } finally {
      if (taken == null) {
        OURS.remove(folder);
      }
    }
  }

  private static @Nullable InstanceFolder lockAbandoned(Path folder) throws IOException {
    FileChannel owner;
    try {
      owner = FileChannel.open(folder.resolve(OWNER), StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null; // just being made, or just being deleted
    }
    FileLock lock = owner.size() > 0 ? owner.tryLock() : null;
    if (lock == null) {
      owner.close();
      return null;
    }
    return new InstanceFolder(folder, owner, lock);
  }

  Path path() {
    return path;
  }

  /** Deletes it with all it holds. */
  @Override
  public void close() throws IOException {
    try {
      deleteTree(path);
    } finally {
      lock.release();
      owner.close();
      OURS.remove(path);
    }
  }

  /** Deletes a folder with all it holds, also while something is still deleting in there itself. */
  static void deleteTree(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
