package dev.ripcord.client.demo;

import dev.ripcord.client.cli.ExitCode;
import dev.ripcord.client.cli.Json;
import dev.ripcord.client.cli.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ripcord demo}. */
@Command(
    name = "demo",
    description = {
      "Starts PostgreSQL and the four services, each a process of its own on a free port of this machine, lets requests end in"
          + " twelve ways, shows what every process saw of it, and stops everything.",
      "",
      "Needs nothing but Java. Takes less than two minutes."
    },
    footer = {
      "",
      "Exit codes: 0 every scenario held; 1 one did not, or the services could not be started; 2 wrong usage; 130 Ctrl-C."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {

  /** Reads a scenario's title. */
  static final class ByTitle implements ITypeConverter<Scenario> {
    @Override
    public Scenario convert(String title) {
      try {
        return Scenario.titled(title);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  @Option(
      names = "--only",
      paramLabel = "NAME",
      converter = ByTitle.class,
      description =
          "Play only this one: complete, cancel, deadline, sibling-failure, caller-killed, detached, plain-peer,"
              + " cancel-by-id, cancel-before-arrival, revoked, shutdown or work. May be repeated.")
  private List<Scenario> only = List.of();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write what was seen to FILE, as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Play what is played N times, and give the median and the 99th percentile of the deepest node's time.")
  private int repeat;

  @Option(
      names = "--keep",
      description =
          "Leave the services running afterwards, with a page for a browser, say how to talk to them, and stop them on Ctrl-C.")
  private boolean keep;

  /** For picocli. */
  public DemoCommand() {}

  @Override
  public Integer call() throws Exception {
    check();
    Terminal terminal = Terminal.stdout();
    try (Performance performance = Performance.prepare(serverJar(), terminal)) {
      if (keep) {
        performance.withPage();
      }
      performance.start();
      List<Outcome> outcomes =
          performance.play(only.isEmpty() ? List.of(Scenario.values()) : only, repeat);
      write(outcomes);
      performance.conclude(outcomes, repeat);
      if (keep) {
        performance.keep();
      }
      return outcomes.stream().allMatch(Outcome::ok) ? ExitCode.OK : ExitCode.FAILED;
    } catch (CannotRun e) {
      System.err.println("ripcord: " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private void check() {
    if (repeat < 1) {
      throw wrong("--repeat must be 1 or more, and is " + repeat);
    }
    if (repeat > 1 && only.isEmpty()) {
      throw wrong("--repeat is for one scenario: add --only NAME");
    }
    if (json != null && !isWritable(json.toAbsolutePath())) {
      throw wrong("--json: cannot write to " + json);
    }
  }

  /** Asked before everything is started, not after a minute. */
  private static boolean isWritable(Path file) {
    Path folder = file.getParent();
    boolean exists = Files.exists(file);
    return exists
        ? Files.isWritable(file) && !Files.isDirectory(file)
        : folder != null && Files.isWritable(folder);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static Path serverJar() throws CannotRun {
    String jar = System.getProperty("ripcord.server.jar");
    if (jar == null) {
      throw new CannotRun(
          "Where is the server? Start with ./ripcord demo, or give java -Dripcord.server.jar=FILE.");
    }
    return Path.of(jar);
  }

  private void write(List<Outcome> outcomes) throws CannotRun {
    if (json == null) {
      return;
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("scenarios", outcomes.stream().map(Outcome::toJson).toList());
    if (repeat > 1) {
      result.put("latency", Latencies.of(outcomes).toJson());
    }
    try {
      Files.writeString(json, Json.write(result));
    } catch (IOException e) {
      throw new CannotRun("Cannot write to " + json + ": " + e.getMessage(), e);
    }
  }
}
