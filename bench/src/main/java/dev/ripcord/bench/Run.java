package dev.ripcord.bench;

import dev.ripcord.bench.plot.Plot;
import dev.ripcord.client.cli.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the benchmarks: takes what is found as it comes, prints it, and keeps it for the JSON
 * and the report.
 */
public final class Run {
  private static final String LINE = "  %-52s %-9s %12s  %-28s %12s  %7s %7s%n";
  private static final double PRINTED_WHOLE = 1000;

  private final PrintStream out;
  private final boolean quick;
  private final Machine machine;
  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Findings> findings = new HashMap<>(); // by group
  private Findings now = new Findings(); // of the group that is measured; guarded by this

  /** What a group found beside its rows. */
  private static final class Findings {
    private final List<String> notes = new ArrayList<>();
    private final List<Plot> plots = new ArrayList<>();
  }

  /** A run that prints to {@code out}; quick: within the few minutes that a look may take. */
  public Run(PrintStream out, boolean quick) {
    this(out, quick, Machine.here());
  }

  Run(PrintStream out, boolean quick, Machine machine) {
    this.out = out;
    this.quick = quick;
    this.machine = machine;
    out.println(machine);
    if (machine.isBusy()) {
      note("the machine is busy already: ratios may hold, absolute figures will not");
    }
  }

  /** Whether to take the short way: fewer rounds of the same measurements. */
  public boolean quick() {
    return quick;
  }

  /** Where this runs. */
  public Machine machine() {
    return machine;
  }

  /** Takes {@code row} and prints it. */
  public synchronized void row(Row row) {
    rows.add(row);
    out.printf(
        Locale.ROOT,
        LINE,
        row.name(),
        row.unit(),
        figure(row.ours()),
        row.peerName() == null ? "" : row.peerName(),
        figure(row.peer()),
        row.ratio() == null ? "" : String.format(Locale.ROOT, "%.3f", row.ratio()),
        row.spread() == null ? "" : String.format(Locale.ROOT, "%.0f %%", row.spread() * 100));
    if (row.note() != null) {
      out.println("      ^ " + row.note());
    }
  }

  /** Prints something that a reader has to know and no row can say. */
  public synchronized void note(String text) {
    out.println("  ! " + text);
    now.notes.add(text);
  }

  /** Keeps a picture for the report. */
  public synchronized void plot(Plot plot) {
    now.plots.add(plot);
  }

  synchronized void heading(Group group) {
    now = findings.computeIfAbsent(group.name(), none -> new Findings());
    out.printf("%n%s: %s%n", group.name(), group.purpose());
    out.printf(LINE, "", "unit", "ours", "peer", "peer's", "ratio", "spread");
  }

  /** All rows so far. */
  public synchronized List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Those of one group. */
  public List<Row> rows(String group) {
    return rows().stream().filter(row -> row.group().equals(group)).toList();
  }

  synchronized List<String> notes(Group group) {
    return List.copyOf(of(group).notes);
  }

  synchronized List<Plot> plots(Group group) {
    return List.copyOf(of(group).plots);
  }

  private Findings of(Group group) {
    return findings.getOrDefault(group.name(), new Findings());
  }

  /** All rows so far and the machine, as JSON. */
  synchronized String json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("machine", machine.json());
    json.put("rows", rows.stream().map(Row::json).toList());
    return Json.write(json);
  }

  private static String figure(@Nullable Double value) {
    if (value == null) {
      return "";
    }
    return String.format(Locale.ROOT, value < PRINTED_WHOLE ? "%.2f" : "%.0f", value);
  }
}
