package dev.ripcord.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Go program of ours, for a peer that lives there: from the jar, built with the {@code go} that
 * is on the PATH. What it needs of others is pinned by its go.mod and go.sum, and downloaded by
 * {@code go}.
 */
public final class GoProgram implements AutoCloseable {
  private static final long MINUTES = 5;

  private final Path folder;
  private final Path binary;

  private GoProgram(Path folder, Path binary) {
    this.folder = folder;
    this.binary = binary;
  }

  /** Others' modules, which a program needs, are not here and cannot be downloaded. */
  public static final class ModulesMissingException extends IOException {
    private static final long serialVersionUID = 1L;

    ModulesMissingException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Whether there is a {@code go} to build with. */
  public static boolean canBuild() {
    return go() != null;
  }

  /**
   * Builds {@code src/main/go/NAME}.
   *
   * @param files those of a module, {@code go.mod} and all; none if all there is is a {@code
   *     main.go} that needs nothing but Go
   * @throws ModulesMissingException if it needs modules that cannot be had here
   * @throws IOException if it cannot be built
   */
  public static GoProgram build(String name, String... files)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("ripcord-bench-go-");
    GoProgram program = new GoProgram(folder, folder.resolve(name));
    try {
      String go = Objects.requireNonNull(go(), "no go on the PATH");
      if (files.length == 0) {
        program.copy(name, "main.go");
        program.lines(List.of(go, "build", "-o", program.binary.toString(), "main.go"));
      } else {
        for (String file : files) {
          program.copy(name, file);
        }
        program.download(go);
        program.lines(List.of(go, "build", "-o", program.binary.toString(), "."));
      }
      return program;
    } catch (IOException | InterruptedException | RuntimeException e) {
      program.close();
      throw e;
    }
  }

  private void copy(String name, String file) throws IOException {
    try (InputStream in = GoProgram.class.getResourceAsStream("/go/" + name + "/" + file)) {
      Files.copy(
          Objects.requireNonNull(in, "no such file: " + name + "/" + file), folder.resolve(file));
    }
  }

  private void download(String go) throws IOException, InterruptedException {
    try {
      lines(List.of(go, "mod", "download"));
    } catch (IOException e) {
      throw new ModulesMissingException(e);
    }
  }

  /** What starts it: its file, which is there until this is closed. */
  public String command() {
    return binary.toString();
  }

  /** Runs it to its end and answers with the lines it printed. */
  public List<String> run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.addAll(arguments);
    return lines(command);
  }

  private List<String> lines(List<String> command) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out-", ".txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException(command + " failed: " + Files.readString(out, UTF_8));
      }
      return Files.readAllLines(out, UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }

  private static @Nullable String go() {
    String path = System.getenv("PATH");
    return path == null
        ? null
        : Arrays.stream(path.split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, "go"))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .findFirst()
            .orElse(null);
  }

  /** Removes what was built. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
