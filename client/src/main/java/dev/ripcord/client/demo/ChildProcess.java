package dev.ripcord.client.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A process of the demo's own: its output is read, its log kept, and it is never left behind. Its
 * standard input is a pipe that this process holds open: a child that reads it learns even of our
 * sudden death.
 *
 * @param <T> what is read from the line it prints when it has begun
 */
final class ChildProcess<T> implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int TAIL_LINES = 25;

  /** What a line of output means. */
  interface Reading<T> {
    /** Null if nothing. */
    @Nullable T of(String line);
  }

  private final String name;
  private final Process process;
  private final Path log;
  private final CompletableFuture<T> begun = new CompletableFuture<>();

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts {@code command}.
   *
   * @param log where its standard error goes
   * @param begun reads a line of its standard output; null if that line does not yet say that it
   *     has begun
   */
  static <T> ChildProcess<T> start(String name, List<String> command, Path log, Reading<T> begun)
      throws CannotRun {
    try {
      Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      ChildProcess<T> child = new ChildProcess<>(name, process, log);
      child.listen(begun);
      return child;
    } catch (IOException e) {
      throw new CannotRun("Cannot start the process for " + name + ": " + e.getMessage(), e);
    }
  }

  /** To the end of its output: a child that nobody reads stops when the pipe is full. */
  private void listen(Reading<T> reading) {
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader lines =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(line -> offer(reading.of(line)));
              } catch (IOException | UncheckedIOException closedByStop) {
                // Nothing more to read.
              }
              begun.completeExceptionally(new IllegalStateException("its output has ended"));
            },
            "output of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  private void offer(@Nullable T value) {
    if (value != null) {
      begun.complete(value);
    }
  }

  /** Waits until it says that it has begun. */
  T awaitBegun(Duration atMost) throws CannotRun, InterruptedException {
    try {
      return begun.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new CannotRun(
          name
              + " did not begin within "
              + atMost.toSeconds()
              + " s. The end of its log:\n"
              + tail(),
          e);
    } catch (ExecutionException e) {
      Integer code = awaitExit(Duration.ofSeconds(2)) ? process.exitValue() : null;
      throw new CannotRun(
          name + " ended instead of beginning, with exit code " + code + ". Its log:\n" + tail(),
          e);
    }
  }

  /** The last lines it logged. */
  String tail() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()))
          .indent(2);
    } catch (IOException e) {
      return "  (no log: " + e.getMessage() + ")";
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What {@code kill} does: it may end as it thinks best. */
  void askToEnd() {
    process.destroy();
  }

  /** What {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
  }

  /** Asks it to end; after ten seconds, ends it and everything it has started. */
  @Override
  public void close() {
    close(GRACE);
  }

  void close(Duration grace) {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroy();
    if (!awaitExit(grace)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      awaitExit(GRACE);
    }
    family.forEach(ChildProcess::awaitOrKill);
  }

  private static void awaitOrKill(ProcessHandle orphan) {
    try {
      orphan.onExit().get(GRACE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      orphan.destroyForcibly();
    } catch (InterruptedException e) {
      orphan.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Waits also on an interrupted thread: cleaning up is what interrupted threads do. */
  private boolean awaitExit(Duration atMost) {
    boolean interrupted = Thread.interrupted();
    try {
      return process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
      return !process.isAlive();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * For a JVM that shares a small machine with five others: the collector without threads of its
   * own, and what this JVM was told about native access.
   */
  static List<String> options() {
    List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xmx384m"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            argument ->
                argument.contains("native-access") || argument.contains("unsafe-memory-access"))
        .forEach(options::add);
    return options;
  }

  /** The {@code java} that runs this program. */
  static String java() {
    Optional<String> running = ProcessHandle.current().info().command();
    return running.orElseGet(
        () -> Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }
}
