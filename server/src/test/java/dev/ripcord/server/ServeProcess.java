package dev.ripcord.server;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program as people start it: the runnable jar in a JVM of its own. */
public final class ServeProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile(
          "READY role=(\\S+) instance=(\\S+) port=(\\d+) pid=(\\d+)(?: http=(\\d+))?\\R");
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final Process process;
  private final Path out;
  private final Path err;

  private ServeProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts {@code serve} with its temporary files below {@code temp}, where its output goes too.
   */
  public static ServeProcess start(Path temp, Map<String, String> environment, String... flags) {
    List<String> words = new ArrayList<>(List.of("serve"));
    words.addAll(Arrays.asList(flags));
    return run(temp, environment, words);
  }

  /** Starts the program with these words, of which the first is a command, in the same way. */
  public static ServeProcess run(Path temp, Map<String, String> environment, List<String> words) {
    List<String> command =
        new ArrayList<>(List.of(JAVA, "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temp));
    Path jar = Path.of("target", "ripcord-server.jar");
    if (Files.exists(jar)) {
      command.addAll(List.of("-jar", jar.toString()));
    } else {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Serve.class.getName()));
    }
    command.addAll(words);
    try {
      Files.createDirectories(temp);
      Path out = Files.createTempFile(temp, "serve", ".out");
      Path err = Files.createTempFile(temp, "serve", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("RIPCORD_") || name.equals("JAVA_TOOL_OPTIONS"));
      builder.environment().putAll(environment);
      return new ServeProcess(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it says that it serves; its port. */
  public int awaitReady() {
    await()
        .pollInterval(20, MILLISECONDS)
        .atMost(120, SECONDS)
        .until(() -> READY.matcher(out()).matches() || !process.isAlive());
    Matcher ready = READY.matcher(out());
    assertThat(ready.matches()).as("is ready; standard error: " + err()).isTrue();
    assertThat(Long.parseLong(ready.group(4))).isEqualTo(process.pid());
    return Integer.parseInt(ready.group(3));
  }

  /** Where it serves HTTP, once it is ready. */
  public int httpPort() {
    Matcher ready = READY.matcher(out());
    assertThat(ready.matches() && ready.group(5) != null).as("serves HTTP: " + out()).isTrue();
    return Integer.parseInt(ready.group(5));
  }

  /** Waits until it has ended; its exit code. */
  public int awaitExit() {
    try {
      assertThat(process.waitFor(60, SECONDS)).as("has ended; standard error: " + err()).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return process.exitValue();
  }

  public Process process() {
    return process;
  }

  public String out() {
    return read(out);
  }

  public String err() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit();
  }
}
