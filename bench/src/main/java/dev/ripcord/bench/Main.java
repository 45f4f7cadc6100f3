package dev.ripcord.bench;

import dev.ripcord.bench.cascade.CascadeTwinCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code ripcord bench}. */
@Command(
    name = "bench",
    description = "Measures Ripcord beside what it is compared with.",
    subcommands = CascadeTwinCommand.class,
    mixinStandardHelpOptions = true)
public final class Main implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  private Main() {}

  /** Runs the command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "What is to be measured? " + String.join(", ", spec.subcommands().keySet()));
  }
}
