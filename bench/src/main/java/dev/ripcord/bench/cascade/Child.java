package dev.ripcord.bench.cascade;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that this one has started. It ends when its standard input does, which is when this is
 * closed, or this process is gone.
 */
public final class Child implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 15;

  private final String name;
  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private Child(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Runs {@code arguments} in a JVM like this one, with the same heap for all. */
  public static Child java(String name, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx384m"));
    command.addAll(List.of(arguments));
    return of(name, environment, command);
  }

  /** Runs {@code command}. */
  public static Child of(String name, Map<String, String> environment, List<String> command)
      throws IOException {
    Path errors = Files.createTempFile("ripcord-bench-", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    try {
      return new Child(name, builder.start(), errors);
    } catch (IOException e) {
      Files.delete(errors);
      throw e;
    }
  }

  /** The value of a field in its READY line. */
  public String awaitReady(String field) throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      int at = line.indexOf(" " + field + "=");
      if (line.startsWith("READY") && at >= 0) {
        String rest = line.substring(at + field.length() + 2);
        int space = rest.indexOf(' ');
        return space < 0 ? rest : rest.substring(0, space);
      }
    }
    throw new IOException(name + " ended before it was ready" + lastWords());
  }

  /** Says a line to it, and returns the next it says; null if it has ended. */
  public @Nullable String ask(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return output.readLine();
  }

  /** The same, of one that must not have ended. */
  public String askOn(String line) throws IOException {
    String answer = ask(line);
    if (answer == null) {
      throw new IOException(name + " ended at " + line + lastWords());
    }
    return answer;
  }

  /** How it explains its end: its last line, but not where in its code that was. */
  private String lastWords() throws IOException {
    try (Stream<String> lines = Files.lines(errors, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> !line.isBlank() && !line.startsWith("\t"))
          .reduce((first, second) -> second)
          .map(last -> ": " + last.strip())
          .orElse("");
    }
  }

  /** Copies its output until it ends. */
  int awaitEnd(PrintStream to) throws IOException, InterruptedException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      to.println(line);
    }
    return process.waitFor();
  }

  /** Ends it in the midst of whatever it does. */
  public void kill() {
    process.destroyForcibly();
    close();
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroy();
    }
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    errors.toFile().delete();
  }
}
