package dev.ripcord.bench;

import dev.ripcord.bench.plot.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The pages of a run, one for each group: its table, its pictures, and how to make them again. What
 * the figures mean is written by hand elsewhere, and links here.
 */
final class Report {
  private static final String LEGEND =
      """

      In parentheses and under *ratio*: below 1, Ripcord is better. ± and *spread*: the interquartile range of the rounds' ratios,
      as a share of their median. ~ marks a spread above 30 %: on a busy machine two runs may disagree.
      """;

  private final Path folder;
  private final String command;

  /** {@code command} is what makes the run again, all groups of it. */
  Report(Path folder, String command) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.command = command;
  }

  /** Writes what {@code run} found in {@code group}, in place of what an earlier run had. */
  void write(Run run, Group group, Duration took) throws IOException {
    List<Plot> plots = run.plots(group);
    for (Plot plot : plots) {
      Files.writeString(folder.resolve(file(group, plot)), plot.svg());
    }
    List<Row> rows = run.rows(group.name());
    String page =
        String.format(
            Locale.ROOT,
            """
      <!-- Written by `%1$s --report`: what is changed here is lost. -->
      # `%2$s`: %3$s

      `%1$s --only %2$s`, which took %4$d s on:

      > %5$s

      %6$s%7$s%8$s
      %9$s
      """,
            command,
            group.name(),
            group.purpose(),
            took.toSeconds(),
            run.machine(),
            bullets(run.notes(group)),
            pictures(group, plots),
            rows.isEmpty() ? "" : new Table(rows).markdown(),
            LEGEND.strip());
    Files.writeString(folder.resolve(group.name() + ".md"), page);
  }

  private static String bullets(List<String> notes) {
    return notes.isEmpty()
        ? ""
        : notes.stream().map(note -> "- " + note + "\n").collect(Collectors.joining("", "", "\n"));
  }

  private static String pictures(Group group, List<Plot> plots) {
    return plots.stream()
        .map(plot -> "![" + plot.title() + "](" + file(group, plot) + ")\n\n")
        .collect(Collectors.joining());
  }

  private static String file(Group group, Plot plot) {
    return group.name() + "-" + plot.name() + ".svg";
  }
}
