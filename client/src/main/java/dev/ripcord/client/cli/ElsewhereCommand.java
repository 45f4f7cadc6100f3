package dev.ripcord.client.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Commands that live in another jar, so that help can list them. The launcher goes there by itself.
 */
public final class ElsewhereCommand {
  private ElsewhereCommand() {}

  /** {@code ripcord serve}. */
  @Command(
      name = "serve",
      description =
          "Runs one of the services: gateway, identity, db or token. See `ripcord serve --help`.")
  public static final class Serve extends Elsewhere {
    /** For picocli. */
    public Serve() {
      super("serve", "server");
    }
  }

  /** {@code ripcord ui}. */
  @Command(
      name = "ui",
      description = "Shows what runs on a page in the browser. See `ripcord ui --help`.")
  public static final class Ui extends Elsewhere {
    /** For picocli. */
    public Ui() {
      super("ui", "server");
    }
  }

  /** {@code ripcord bench}. */
  @Command(name = "bench", description = "Measures. See `ripcord bench --help`.")
  public static final class Bench extends Elsewhere {
    /** For picocli. */
    public Bench() {
      super("bench", "bench");
    }
  }

  /** {@code ripcord example}. */
  @Command(name = "example", description = "Runs one of the programs of docs/story.md.")
  public static final class Example extends Elsewhere {
    /** For picocli. */
    public Example() {
      super("example", "examples", "docs/examples");
    }
  }

  /** Says how to get there. */
  abstract static class Elsewhere implements Callable<Integer> {
    private final String name;
    private final String module;
    private final String folder;

    @Parameters(hidden = true)
    private List<String> arguments = List.of();

    Elsewhere(String name, String module) {
      this(name, module, module);
    }

    Elsewhere(String name, String module, String folder) {
      this.name = name;
      this.module = module;
      this.folder = folder;
    }

    @Override
    public Integer call() {
      System.err.println(
          "ripcord: \""
              + name
              + "\" is in a jar of its own. Run ./ripcord "
              + name
              + ", or java -jar "
              + folder
              + "/target/ripcord-"
              + module
              + ".jar "
              + String.join(" ", arguments));
      return ExitCode.USAGE;
    }
  }
}
