package dev.ripcord.bench.cascade;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The trees as Finagle mux has them: the module {@code bench/finagle}, on a class path of its own.
 */
final class Finagle implements Forest.Launcher {
  private static final String PACKAGE = "dev.ripcord.bench.finagle.";

  private final String classPath;

  private Finagle(String classPath) {
    this.classPath = classPath;
  }

  /** Starts the processes with what the build has made. */
  static Forest plant() throws IOException {
    Path target = Path.of(System.getProperty("ripcord.home", ""), "bench", "finagle", "target");
    Path jar = target.resolve("ripcord-bench-finagle.jar");
    if (!Files.isReadable(jar)) {
      throw new IOException("not built; ./ripcord bench does");
    }
    // Finagle's libraries before those of the same names that are in ours.
    return plant(
        String.join(
            File.pathSeparator,
            jar.toString(),
            target.resolve("libraries").resolve("*").toString(),
            System.getProperty("java.class.path")));
  }

  /** Starts them on {@code classPath}. */
  static Forest plant(String classPath) throws IOException {
    return Forest.plant(new Finagle(classPath));
  }

  @Override
  public Child node(String name) throws IOException {
    return start("finagle " + name, "FinagleNode", List.of());
  }

  @Override
  public Child edge(List<String> ports) throws IOException {
    return start("finagle edge", "FinagleEdge", ports);
  }

  private Child start(String name, String main, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("-cp", classPath, PACKAGE + main));
    all.addAll(arguments);
    return Child.java(name, Map.of(), all.toArray(new String[0]));
  }
}
