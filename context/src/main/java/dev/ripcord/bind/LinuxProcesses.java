package dev.ripcord.bind;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Linux shows of the processes there are, in {@code /proc}; {@code proc(5)}. */
final class LinuxProcesses {
  private static final Path PROC = Path.of("/proc");

  // Counted from behind the command's name, which may hold anything.
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int STARTED = 19;

  private LinuxProcesses() {}

  /**
   * One of them.
   *
   * @param started when, in ticks of a clock that only tells who was first
   * @param isZombie it is dead, but its parent has not asked yet; to the JDK it lives
   */
  record Seen(long pid, long parent, long started, boolean isZombie) {}

  /** Null where nothing is shown. */
  static @Nullable List<Seen> all() {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
      List<Seen> all = new ArrayList<>();
      for (Path folder : folders) {
        Seen one = of(Long.parseLong(folder.getFileName().toString()));
        if (one != null) {
          all.add(one);
        }
      }
      return all.isEmpty() ? null : all;
    } catch (IOException notLinux) {
      return null;
    }
  }

  /** Null if there is no such process, or this is not Linux. */
  static @Nullable Seen of(long pid) {
    try {
      String stat = textOf(pid, "stat");
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return new Seen(
          pid,
          Long.parseLong(fields[PARENT]),
          Long.parseLong(fields[STARTED]),
          fields[STATE].equals("Z"));
    } catch (IOException gone) {
      return null;
    }
  }

  /** Whether the process began with {@code variable}, {@code NAME=value}; false if not shown. */
  static boolean hasInEnvironment(long pid, String variable) {
    try {
      return ("\0" + textOf(pid, "environ")).contains("\0" + variable + "\0");
    } catch (IOException goneOrSomebodyElses) {
      return false;
    }
  }

  private static String textOf(long pid, String file) throws IOException {
    // Any bytes can be read so.
    return new String(Files.readAllBytes(PROC.resolve(pid + "/" + file)), ISO_8859_1);
  }
}
