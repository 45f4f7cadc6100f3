package dev.ripcord.bench;

import dev.ripcord.bench.plot.Axis;
import dev.ripcord.bench.plot.Plot;
import dev.ripcord.bench.plot.Ranges;
import dev.ripcord.bench.plot.Ranges.Category;
import dev.ripcord.bench.plot.Ranges.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pictures of rows that any group may have. */
public final class Pictures {
  private static final String OURS = "Ripcord";
  private static final String MEDIAN = ", p50";
  private static final String TAIL = ", p99";

  private Pictures() {}

  /** Each row's ratio, as a bar that begins at 1. */
  public static Plot ratios(String title, List<Row> rows) {
    List<Row> measured = rows.stream().filter(row -> row.ratio() != null).toList();
    Map<String, List<Range>> ranges = new LinkedHashMap<>();
    for (Row row : measured) {
      double ratio = Objects.requireNonNull(row.ratio());
      ranges
          .computeIfAbsent(row.name(), none -> new ArrayList<>())
          .add(new Range(Objects.requireNonNull(row.peerName()), 1, ratio, ratio));
    }
    List<Double> ends =
        Stream.concat(
                Stream.of(1.0), measured.stream().map(row -> Objects.requireNonNull(row.ratio())))
            .toList();
    return new Ranges(
        "ratios",
        title,
        Axis.logarithmic("ratio to the peer; left of 1, Ripcord is better", ends),
        peers(measured, false),
        categories(ranges));
  }

  /** Rows {@code x, p50} and {@code x, p99} of the same x: a bar from the one to the other. */
  public static Plot tails(String title, String axis, List<Row> rows) {
    List<Row> medians =
        rows.stream()
            .filter(row -> row.name().endsWith(MEDIAN) && tail(rows, row) != null)
            .toList();
    Map<String, List<Range>> ranges = new LinkedHashMap<>();
    List<Double> ends = new ArrayList<>();
    for (Row median : medians) {
      Row tail = Objects.requireNonNull(tail(rows, median));
      String name = median.name().substring(0, median.name().length() - MEDIAN.length());
      if (!ranges.containsKey(name)) {
        add(ranges, name, OURS, median.ours(), tail.ours(), ends);
      }
      add(ranges, name, String.valueOf(median.peerName()), median.peer(), tail.peer(), ends);
    }
    return new Ranges(
        "tails", title, Axis.logarithmic(axis, ends), peers(medians, true), categories(ranges));
  }

  private static @Nullable Row tail(List<Row> rows, Row median) {
    String name = median.name().substring(0, median.name().length() - MEDIAN.length()) + TAIL;
    return rows.stream()
        .filter(row -> row.name().equals(name))
        .filter(row -> Objects.equals(row.peerName(), median.peerName()))
        .findFirst()
        .orElse(null);
  }

  private static void add(
      Map<String, List<Range>> ranges,
      String name,
      String contender,
      @Nullable Double from,
      @Nullable Double to,
      List<Double> ends) {
    if (from == null || to == null) {
      return;
    }
    ends.addAll(List.of(from, to));
    ranges
        .computeIfAbsent(name, none -> new ArrayList<>())
        .add(new Range(contender, from, to, from));
  }

  private static List<String> peers(List<Row> rows, boolean withOurs) {
    Set<String> names = new LinkedHashSet<>();
    if (withOurs) {
      names.add(OURS);
    }
    rows.forEach(row -> names.add(String.valueOf(row.peerName())));
    return List.copyOf(names);
  }

  private static List<Category> categories(Map<String, List<Range>> ranges) {
    return ranges.entrySet().stream().map(e -> new Category(e.getKey(), e.getValue())).toList();
  }
}
