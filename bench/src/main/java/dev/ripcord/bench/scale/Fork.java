package dev.ripcord.bench.scale;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What one JVM of its own has measured: lines of a name, a size, and a figure. */
final class Fork {
  private static final long MINUTES = 5;

  private final Map<String, Double> figures = new HashMap<>();

  private Fork() {}

  /** Runs {@code main} to its end, with a heap of {@code heapMb}. */
  static Fork of(Class<?> main, int heapMb, String... arguments)
      throws IOException, InterruptedException {
    File out = File.createTempFile("ripcord-bench-", ".txt");
    File errors = File.createTempFile("ripcord-bench-", ".err"); // a newer JDK's warnings, too
    Process process =
        new ProcessBuilder(command(main, heapMb, arguments))
            .redirectError(errors)
            .redirectOutput(out)
            .start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException(
            main.getSimpleName() + " failed: " + Files.readString(errors.toPath(), UTF_8));
      }
      return parse(Files.readAllLines(out.toPath(), UTF_8));
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(out.toPath());
      Files.deleteIfExists(errors.toPath());
    }
  }

  private static List<String> command(Class<?> main, int heapMb, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Young enough that no collection falls into a measurement: what is measured is not the
    // collector.
    command.addAll(
        List.of("-Xms" + heapMb + "m", "-Xmx" + heapMb + "m", "-Xmn" + heapMb * 2 / 3 + "m"));
    // On a busy machine the compiler's thread would not be done when the warm-up is.
    command.add("-XX:-BackgroundCompilation");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  static Fork parse(List<String> lines) {
    Fork fork = new Fork();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words.length != 3) {
        throw new IllegalStateException("not a figure: " + line);
      }
      fork.figures.put(words[0] + " " + words[1], Double.valueOf(words[2]));
    }
    return fork;
  }

  boolean has(String name, int size) {
    return figures.containsKey(name + " " + size);
  }

  double figure(String name, int size) {
    return Objects.requireNonNull(figures.get(name + " " + size), name);
  }
}
