package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
import org.jspecify.annotations.Nullable;

/**
 * The temporary folder of one process. A lock on its {@code owner} file says that the process
 * lives: the system takes the lock away with the process, however that ends, and unlike a process
 * id nobody else can come to have it.
 */
final class InstanceFolder implements AutoCloseable {
  private static final String PREFIX = "instance-";
  private static final String OWNER = "owner";

  private final Path path;
  private final FileChannel owner; // open, and with it the lock held, until close

  private InstanceFolder(Path path, FileChannel owner) {
    this.path = path;
    this.owner = owner;
  }

  /** A new one, ours. */
  static InstanceFolder create(Path home) throws IOException {
    Path path = Files.createTempDirectory(home, PREFIX);
    FileChannel owner =
        FileChannel.open(
            path.resolve(OWNER), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    owner.lock();
    // Written under the lock: whoever finds the file empty has found one that is being made.
    owner.write(ByteBuffer.wrap(("pid " + ProcessHandle.current().pid() + "\n").getBytes(UTF_8)));
    return new InstanceFolder(path, owner);
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
    FileChannel owner;
    try {
      owner = FileChannel.open(folder.resolve(OWNER), StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      return null; // just being made, or just being deleted
    }
    if (owner.size() > 0 && isLockedBy(owner)) {
      return new InstanceFolder(folder, owner);
    }
    owner.close();
    return null;
  }

  private static boolean isLockedBy(FileChannel owner) throws IOException {
    try {
      FileLock lock = owner.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another one of this very process
    }
  }

  Path path() {
    return path;
  }

  /** Deletes it with all it holds. */
  @Override
  public void close() throws IOException {
    try (FileChannel held = owner) {
      deleteTree(path);
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
