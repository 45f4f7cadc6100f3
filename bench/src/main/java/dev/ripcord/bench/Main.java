package dev.ripcord.bench;

import dev.ripcord.bench.cascade.CascadeTwinCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code ripcord bench}. */
@Command(
    name = "bench",
    description = {
      "Measures Ripcord beside what it is compared with, in the same run.",
      "",
      "A ratio below 1 means that Ripcord is better. The command fails if something could not be"
          + " measured that should have been, never because a figure is bad."
    },
    sortOptions = false,
    subcommands = CascadeTwinCommand.class,
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Option(names = "--quick", description = "All in ten minutes on two cores: fewer rounds.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "GROUP",
      split = ",",
      description = "Only these groups; see --list.")
  private @Nullable List<String> only;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the rows there, too.")
  private @Nullable Path json;

  @Option(names = "--list", description = "Say which groups there are, and measure nothing.")
  private boolean list;

  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  private final List<Group> groups;
  private final PrintStream out;

  Main(List<Group> groups, PrintStream out) {
    this.groups = List.copyOf(groups);
    this.out = out;
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main(Groups.ALL, System.out)).execute(arguments));
  }

  @Override
  public Integer call() {
    List<Group> chosen = chosen();
    if (list) {
      groups.forEach(group -> out.printf("%-10s %s%n", group.name(), group.purpose()));
      return 0;
    }
    Run run = new Run(out, quick);
    write(run); // now, and not in ten minutes, is the time to learn that it cannot be written
    boolean measured = true;
    for (Group group : chosen) {
      measured &= measure(group, run);
      write(run);
    }
    return measured ? 0 : 1;
  }

  private List<Group> chosen() {
    if (only == null) {
      return groups;
    }
    return only.stream().map(this::named).toList();
  }

  private Group named(String name) {
    return groups.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "no such group: "
                        + name
                        + "; there are "
                        + String.join(", ", groups.stream().map(Group::name).toList())));
  }

  /** Whether it could be measured: one group that is broken does not cost the others. */
  private boolean measure(Group group, Run run) {
    long start = System.nanoTime();
    run.heading(group);
    try {
      group.run(run);
      return true;
    } catch (Exception failure) {
      run.note(group.name() + " failed: " + failure);
      failure.printStackTrace(spec.commandLine().getErr());
      return false;
    } finally {
      out.printf(
          "  (%s took %d s)%n",
          group.name(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    }
  }

  private void write(Run run) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(json, run.json());
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "cannot write " + json + ": " + e, e);
    }
  }
}
