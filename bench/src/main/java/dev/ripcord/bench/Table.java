package dev.ripcord.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows as a Markdown table: a line for each thing that was measured. Where it was measured with
 * several peers, each of them has a column; else the one peer stands in the line.
 */
final class Table {
  private static final String MISSING = "–";

  /** Rows of one name whose figure of ours is the same: they differ in the peer. */
  private record Thing(String name, String unit, @Nullable Double ours) {}

  private final Map<Thing, List<Row>> things = new LinkedHashMap<>();
  private final List<String> peers;
  private final List<String> notes = new ArrayList<>(); // as they are referred to, from 1

  Table(List<Row> rows) {
    for (Row row : rows) {
      Thing thing = new Thing(row.name(), row.unit(), row.ours());
      things.computeIfAbsent(thing, none -> new ArrayList<>()).add(row);
    }
    Set<String> names = new LinkedHashSet<>();
    rows.stream().map(Row::peerName).filter(Objects::nonNull).forEach(names::add);
    peers = List.copyOf(names);
  }

  String markdown() {
    StringBuilder table = new StringBuilder();
    List<String> columns = new ArrayList<>(List.of("", "unit", "Ripcord"));
    boolean several = things.values().stream().anyMatch(rows -> rows.size() > 1);
    columns.addAll(several ? peers : List.of("beside", "its", "ratio", "spread"));
    line(table, columns);
    line(table, columns.stream().map(Table::rule).toList());
    things.forEach(
        (thing, rows) -> line(table, several ? across(thing, rows) : alone(thing, rows)));
    for (int i = 0; i < notes.size(); i++) {
      table.append("\n").append(i + 1).append(". ").append(notes.get(i));
    }
    return table.append(notes.isEmpty() ? "" : "\n").toString();
  }

  private static void line(StringBuilder table, List<String> cells) {
    table.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
  }

  private static String rule(String column) {
    return Set.of("", "unit", "beside").contains(column) ? "---" : "--:";
  }

  private List<String> across(Thing thing, List<Row> rows) {
    List<String> cells = new ArrayList<>(begin(thing, rows.get(0)));
    for (String peer : peers) {
      cells.add(
          rows.stream()
              .filter(row -> peer.equals(row.peerName()))
              .map(this::beside)
              .collect(Collectors.joining(" ")));
    }
    return cells;
  }

  private List<String> begin(Thing thing, Row first) {
    String ours = thing.ours() == null ? MISSING + noted(first) : Figure.text(thing.ours());
    return List.of(thing.name(), thing.unit(), ours);
  }

  /** The peer's figure and, in parentheses, the ratio and its spread. */
  private String beside(Row row) {
    return row.peer() == null
        ? MISSING + noted(row)
        : Figure.text(row.peer()) + " (" + ratio(row) + " ± " + spread(row) + ")" + noted(row);
  }

  private List<String> alone(Thing thing, List<Row> rows) {
    Row row = rows.get(0);
    List<String> cells = new ArrayList<>(begin(thing, row));
    cells.add(row.peerName() == null ? "" : row.peerName());
    cells.add(row.peer() == null ? "" : Figure.text(row.peer()));
    cells.add(row.peer() == null ? "" : ratio(row));
    cells.add(row.peer() == null ? "" : spread(row));
    if (row.ours() != null) {
      cells.set(2, cells.get(2) + noted(row));
    }
    return cells;
  }

  private static String ratio(Row row) {
    return Figure.ratio(Objects.requireNonNull(row.ratio())) + (row.isWide() ? "~" : "");
  }

  private static String spread(Row row) {
    return Math.round(Objects.requireNonNull(row.spread()) * 100) + " %";
  }

  /** The number under which this row's note stands below the table. */
  private String noted(Row row) {
    String note = row.furtherNote();
    if (note == null) {
      return "";
    }
    if (!notes.contains(note)) {
      notes.add(note);
    }
    return " [" + (notes.indexOf(note) + 1) + "]";
  }
}
