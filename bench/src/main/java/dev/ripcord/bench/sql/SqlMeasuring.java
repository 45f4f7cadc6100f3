package dev.ripcord.bench.sql;

import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.cascade.Child;
import dev.ripcord.bench.plot.Axis;
import dev.ripcord.bench.plot.Curves;
import dev.ripcord.bench.plot.Curves.Curve;
import dev.ripcord.bench.plot.Curves.Point;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Asks the process, and makes rows of its answers. */
record SqlMeasuring(Run run, Child process, Pace pace) {

  private static final String POOL = "HikariCP, pgjdbc";
  private static final String CANCEL = "Statement.cancel()";
  private static final String ABORT = "Connection.abort()";
  private static final String TIMEOUT = "setQueryTimeout(1)";
  private static final int TIMES = 64; // executions in a block: soon it is the other's turn
  private static final int BLOCKS = 5;
  private static final double NANOS_PER_MICRO = 1e3;

  /** How much of it. */
  record Pace(int warmUps, int pairs, int stops, int aborts, int deadlines) {
    static final Pace QUICK = new Pace(20, 80, 80, 10, 2);
    static final Pace FULL = new Pace(100, 800, 400, 20, 10);
  }

  private double[] ask(String order) throws IOException {
    String answer = process.ask(order);
    if (answer == null || answer.startsWith(SqlProcess.FAILED)) {
      throw new IOException(order + ": " + (answer == null ? "the process ended" : answer));
    }
    return Stream.of(answer.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  void overhead() throws IOException {
    for (Usage usage : Usage.values()) {
      for (Under under : Under.values()) {
        ask(order(usage, under, pace.warmUps()));
      }
    }
    for (Usage usage : Usage.values()) {
      for (Under under : Under.values()) {
        double[] nanos = ask(order(usage, under, pace.pairs()));
        run.row(
            Row.lessIsBetter(
                "sql", SqlGroup.name(usage, under), "us", POOL, pairs(nanos, NANOS_PER_MICRO)));
      }
    }
  }

  private static String order(Usage usage, Under under, int pairs) {
    return String.join(
        " ", "overhead", usage.name(), under.name(), TIMES + "", Integer.toString(pairs));
  }

  private static Rounds pairs(double[] figures, double unit) {
    return Rounds.paired(every(figures, 0, unit), every(figures, 1, unit));
  }

  private static List<Double> every(double[] figures, int from, double unit) {
    return IntStream.range(0, figures.length / 2)
        .mapToObj(i -> figures[2 * i + from] / unit)
        .toList();
  }

  void running() throws IOException {
    Map<Stop, List<double[]>> stops = new EnumMap<>(Stop.class);
    inTurns(stops, Stop.STATEMENT_CANCEL, pace.stops());
    rows(stops, Stop.STATEMENT_CANCEL, CANCEL);
    Map<Stop, List<double[]>> aborts = new EnumMap<>(Stop.class);
    inTurns(aborts, Stop.ABORT, pace.aborts());
    rows(aborts, Stop.ABORT, ABORT);
    stops.put(Stop.ABORT, aborts.getOrDefault(Stop.ABORT, List.of()));
    run.plot(curves(stops));
  }

  private void inTurns(Map<Stop, List<double[]>> stops, Stop peer, int rounds) throws IOException {
    for (int i = -1; i < rounds; i++) {
      for (Stop stop : i % 2 == 0 ? List.of(Stop.RIPCORD, peer) : List.of(peer, Stop.RIPCORD)) {
        double[] micros = ask("running " + stop);
        if (i >= 0) {
          stops.computeIfAbsent(stop, none -> new ArrayList<>()).add(micros);
        }
      }
    }
  }

  private void rows(Map<Stop, List<double[]>> stops, Stop peer, String name) {
    for (int column = 0; column < 2; column++) {
      run.row(
          Row.lessIsBetter(
              "sql",
              column == 0 ? SqlGroup.TOLD : SqlGroup.IDLE,
              "us",
              name,
              Rounds.of(
                  blocks(column(stops, Stop.RIPCORD, column), 0.5),
                  blocks(column(stops, peer, column), 0.5))));
    }
  }

  private static List<Double> column(Map<Stop, List<double[]>> stops, Stop stop, int column) {
    return stops.getOrDefault(stop, List.of()).stream()
        .map(micros -> Math.max(1, micros[column]))
        .toList();
  }

  /** Of all stops, how many had been made after so long. */
  private static Curves curves(Map<Stop, List<double[]>> stops) {
    List<Curve> curves =
        List.of(
            curve("Ripcord", column(stops, Stop.RIPCORD, 1)),
            curve(CANCEL, column(stops, Stop.STATEMENT_CANCEL, 1)),
            curve(ABORT, column(stops, Stop.ABORT, 1)));
    List<Double> all = curves.stream().flatMap(c -> c.points().stream()).map(Point::x).toList();
    return new Curves(
        "stops",
        "A running statement: cancel until the server is idle",
        Axis.logarithmic("microseconds after the cancel", all),
        Axis.fromZero("of all statements, %", List.of(100.0)),
        curves,
        false);
  }

  private static Curve curve(String name, List<Double> micros) {
    List<Double> sorted = micros.stream().sorted().toList();
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      points.add(new Point(sorted.get(i), 100.0 * i / sorted.size()));
      points.add(new Point(sorted.get(i), 100.0 * (i + 1) / sorted.size()));
    }
    return new Curve(name, points);
  }

  /** A cancel that comes too early is lost, and the statement runs on. */
  void early() throws IOException {
    Map<Stop, List<Double>> micros = new EnumMap<>(Stop.class);
    for (int i = 0; i < pace.stops(); i++) {
      for (Stop stop : List.of(Stop.RIPCORD, Stop.STATEMENT_CANCEL)) {
        micros.computeIfAbsent(stop, none -> new ArrayList<>()).add(ask("early " + stop)[0]);
      }
    }
    run.row(
        Row.lessIsBetter(
            "sql",
            SqlGroup.EARLY,
            "us",
            CANCEL,
            Rounds.of(
                blocks(micros.getOrDefault(Stop.RIPCORD, List.of()), 0.9),
                blocks(micros.getOrDefault(Stop.STATEMENT_CANCEL, List.of()), 0.9))));
  }

  /** Of each block in turn the quantile: how much they differ is the spread. */
  private static List<Double> blocks(List<Double> micros, double quantile) {
    int size = micros.size() / BLOCKS;
    return IntStream.range(0, BLOCKS)
        .mapToObj(i -> Rounds.quantile(micros.subList(i * size, (i + 1) * size), quantile))
        .toList();
  }

  void deadlines() throws IOException {
    double[] micros = ask("deadlines " + 4 * pace.deadlines());
    run.row(Row.lessIsBetter("sql", SqlGroup.LATE, "us", TIMEOUT, pairs(micros, 1)));
  }
}
