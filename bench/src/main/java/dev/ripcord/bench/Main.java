package dev.ripcord.bench;

import dev.ripcord.bench.cascade.CascadeTwinCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
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

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write a page with table and plots for each group there, too.")
  private @Nullable Path report;

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
    Report pages = report == null ? null : pages(report);
    Map<Group, Duration> took = new LinkedHashMap<>();
    boolean measured = true;
    for (Group group : chosen) {
      long start = System.nanoTime();
      measured &= measure(group, run);
      took.put(group, Duration.ofNanos(System.nanoTime() - start));
      write(run);
      write(pages, run, group, Objects.requireNonNull(took.get(group)));
    }
    sayWhatTook(took);
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
    run.heading(group);
    try {
      group.run(run);
      return true;
    } catch (Exception failure) {
      run.note(group.name() + " failed: " + failure);
      failure.printStackTrace(spec.commandLine().getErr());
      return false;
    }
  }

  private void sayWhatTook(Map<Group, Duration> took) {
    out.println();
    took.forEach((group, time) -> line(group.name(), time, group.budget()));
    line(
        "all of it",
        took.values().stream().reduce(Duration.ZERO, Duration::plus),
        took.keySet().stream().map(Group::budget).reduce(Duration.ZERO, Duration::plus));
  }

  private void line(String what, Duration took, Duration budget) {
    boolean late = quick && took.compareTo(budget) > 0;
    out.printf(
        "%-10s took %4d s%s%n",
        what,
        took.toSeconds(),
        late ? ", more than the " + budget.toSeconds() + " s of two quiet cores" : "");
  }

  private Report pages(Path folder) {
    try {
      return new Report(folder, "./ripcord bench" + (quick ? " --quick" : ""));
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "cannot write to " + folder + ": " + e, e);
    }
  }

  private void write(@Nullable Report pages, Run run, Group group, Duration took) {
    if (pages == null) {
      return;
    }
    try {
      pages.write(run, group, took);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "cannot write the report: " + e, e);
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
