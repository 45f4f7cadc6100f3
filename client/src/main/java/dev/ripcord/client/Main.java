package dev.ripcord.client;

import dev.ripcord.client.cli.CallCommand;
import dev.ripcord.client.cli.CancelCommand;
import dev.ripcord.client.cli.ElsewhereCommand;
import dev.ripcord.client.cli.ExitCode;
import dev.ripcord.client.cli.PsCommand;
import dev.ripcord.client.cli.TreeCommand;
import dev.ripcord.client.cli.WatchCommand;
import dev.ripcord.client.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code ripcord}. */
@Command(
    name = "ripcord",
    header = "Ripcord: one pull stops the whole request, in every process.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "New here? Run `ripcord demo`. `ripcord COMMAND --help` says more about each."},
    subcommands = {
      DemoCommand.class,
      ElsewhereCommand.Serve.class,
      CallCommand.class,
      PsCommand.class,
      TreeCommand.class,
      CancelCommand.class,
      WatchCommand.class,
      ElsewhereCommand.Ui.class,
      ElsewhereCommand.Bench.class,
      ElsewhereCommand.Example.class,
      HelpCommand.class
    },
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true)
public final class Main implements Runnable {
  private static final int WIDTH = 110;

  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  private Main() {}

  /** The version, as the jar was built. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String built = Main.class.getPackage().getImplementationVersion();
      return new String[] {"ripcord " + (built == null ? "(not from a jar)" : built)};
    }
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs the command line and returns its exit code. */
  public static int execute(String... arguments) {
    return new CommandLine(new Main())
        .setUsageHelpWidth(WIDTH)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::explain)
        .execute(arguments);
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("ripcord: " + failure);
    if (System.getenv("RIPCORD_DEBUG") != null) {
      failure.printStackTrace(command.getErr());
    }
    return ExitCode.FAILED;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "What is to be done?");
  }
}
