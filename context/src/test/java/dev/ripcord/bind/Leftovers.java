package dev.ripcord.bind;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Threads, file handles and processes: as many afterwards as there were before. */
@SuppressWarnings("try") // scopes are used by closing them
final class Leftovers {
  private static final Path HANDLES = Path.of("/proc/self/fd");

  /** Pools that keep idle threads for a while, however many rounds there were. */
  private static final Pattern POOLED =
      Pattern.compile(
          "ripcord-\\d+|process reaper.*|ForkJoinPool.*|VirtualThread.*|awaitility.*|.*-unblocker"
              + "|HttpClient-.*|read-poller|write-poller|Read-Poller|Write-Poller");

  private final Set<Thread> threads = threads();
  private final long handles = handles();
  private final long processes = processes();

  void assertNone() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              Set<Thread> more = threads();
              more.removeAll(threads);
              check("threads: " + more, more.isEmpty());
              // A selector or two may have been opened for the JDK's own use.
              check("file handles: " + handles() + " after " + handles, handles() <= handles + 8);
              check("processes: " + processes(), processes() <= processes);
            });
  }

  private static void check(String what, boolean holds) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !POOLED.matcher(thread.getName()).matches())
        .collect(Collectors.toSet());
  }

  private static long handles() {
    if (!Files.isDirectory(HANDLES)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(HANDLES)) {
      return open.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long processes() {
    return ProcessHandle.current().descendants().count();
  }
}
