package dev.ripcord.bench.scale;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.plot.Axis;
import dev.ripcord.bench.plot.Curves;
import dev.ripcord.bench.plot.Curves.Curve;
import dev.ripcord.bench.plot.Curves.Point;
import dev.ripcord.bench.scale.CallsProcess.Callers;
import dev.ripcord.bench.scale.DeadlinesProcess.Keeper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Group {@code scale}: from a thousand contexts to a million. */
public final class ScaleGroup implements Group {
  private static final int SMALLEST = 1_000;
  private static final int HEAP_MB = 3_072;
  private static final int FLAT = 100_000; // the largest where the machine has not that much
  private static final int LARGEST = 1_000_000;
  private static final int MEMORY_FOR_ALL = 30_000; // MB, for so many calls

  /** For the command. */
  public ScaleGroup() {}

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String purpose() {
    return "what a context costs among a thousand, and among a million";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(70);
  }

  @Override
  public void run(Run run) throws Exception {
    boolean enough = run.machine().memoryMb() >= 2 * HEAP_MB;
    if (!enough) {
      run.note("too little memory for a million: the largest is " + FLAT);
    }
    new Measuring(run, enough ? LARGEST : FLAT, enough ? HEAP_MB : HEAP_MB / 4).all();
  }

  private static final class Measuring {
    private final Run run;
    private final int largest;
    private final int heapMb;
    private final int rounds;

    Measuring(Run run, int largest, int heapMb) {
      this.run = run;
      this.largest = largest;
      this.heapMb = heapMb;
      this.rounds = run.quick() ? 2 : 7;
    }

    void all() throws IOException, InterruptedException {
      trees();
      deadlines();
      calls();
    }

    private void trees() throws IOException, InterruptedException {
      Map<Tree, List<Fork>> forks = forks(Tree.class, TreeProcess.class);
      for (int size = SMALLEST; size <= largest; size *= 10) {
        String number = String.format(Locale.ROOT, "%,d", size);
        treeRows(forks, number + " children, listening, cancelled; each", "ns", "family", size);
        treeRows(forks, "one comes and goes beside " + number, "ns", "guest", size);
      }
      treeRows(forks, "one live, not listened to", "B", "bytes", largest);
      treeRows(forks, "one live, listened to", "B", "listening-bytes", largest);
      growth(forks, "growth of a child's cost, to " + largest, "family");
      growth(forks, "growth of a guest's cost, to " + largest, "guest");
      run.plot(curves(forks, "children", "Children, listening, cancelled: each", "family"));
      run.plot(curves(forks, "guests", "One comes and goes beside others", "guest"));
    }

    private Curves curves(Map<Tree, List<Fork>> forks, String name, String title, String what) {
      List<Curve> curves =
          Stream.of(Tree.values())
              .map(tree -> new Curve(tree.title(), points(of(forks, tree), what)))
              .toList();
      return logarithmic(name, title, "contexts", "nanoseconds", curves);
    }

    private static Curves logarithmic(
        String name, String title, String x, String y, List<Curve> curves) {
      List<Point> all = curves.stream().flatMap(curve -> curve.points().stream()).toList();
      return new Curves(
          name,
          title,
          Axis.logarithmic(x, all.stream().map(Point::x).toList()),
          Axis.logarithmic(y, all.stream().map(Point::y).toList()),
          curves,
          true);
    }

    /** The medians of the forks, for each size that they have measured. */
    private static List<Point> points(List<Fork> forks, String what) {
      List<Point> points = new ArrayList<>();
      for (int size = SMALLEST; forks.get(0).has(what, size); size *= 10) {
        int n = size;
        points.add(
            new Point(
                n,
                Rounds.quantile(forks.stream().map(fork -> fork.figure(what, n)).toList(), 0.5)));
      }
      return points;
    }

    /** What a real call is too expensive for is not made up: the largest is what fits. */
    private void calls() throws IOException, InterruptedException {
      int most = run.machine().memoryMb() >= MEMORY_FOR_ALL && !run.quick() ? LARGEST : FLAT;
      int heap = most == LARGEST ? 4 * heapMb : heapMb;
      run.note(
          String.format(
              Locale.ROOT,
              "live calls are real ones, both ends in one process with a socket between: the most"
                  + " are %,d",
              most));
      Map<Callers, List<Fork>> forks = forks(Callers.class, CallsProcess.class, heap, most);
      for (int size = SMALLEST; size <= most; size *= 10) {
        String number = String.format(Locale.ROOT, "%,d", size);
        run.row(
            Row.lessIsBetter(
                "scale",
                "a live call, both ends, among " + number,
                "B",
                "bare grpc-java",
                Rounds.of(
                    figures(forks, Callers.OURS, "call-bytes", size),
                    figures(forks, Callers.BARE, "call-bytes", size))));
        alone(forks, "List of " + number + " live calls, each", "list", size);
        alone(forks, "Cancel of one request beside " + number, "cancel-one", size);
        alone(forks, "Cancel of a request of " + number + " calls, each", "cancel-all", size);
      }
      List<Fork> ours = of(forks, Callers.OURS);
      run.plot(
          logarithmic(
              "operator",
              "What an operator waits for",
              "live calls",
              "microseconds",
              List.of(
                  new Curve("List, each", points(ours, "list")),
                  new Curve("Cancel of one request", points(ours, "cancel-one")),
                  new Curve("Cancel of all, each", points(ours, "cancel-all")))));
    }

    private void alone(Map<Callers, List<Fork>> forks, String name, String what, int size) {
      double micros = Rounds.quantile(figures(forks, Callers.OURS, what, size), 0.5);
      run.row(Row.alone("scale", name, "us", micros));
    }

    private <E extends Enum<E>> Map<E, List<Fork>> forks(Class<E> contenders, Class<?> main)
        throws IOException, InterruptedException {
      return forks(contenders, main, heapMb, largest);
    }

    private <E extends Enum<E>> Map<E, List<Fork>> forks(
        Class<E> contenders, Class<?> main, int heap, int most)
        throws IOException, InterruptedException {
      Map<E, List<Fork>> forks = new EnumMap<>(contenders);
      List<E> order = new ArrayList<>(Arrays.asList(contenders.getEnumConstants()));
      for (int round = 0; round < rounds; round++) {
        for (E contender : order) {
          forks
              .computeIfAbsent(contender, c -> new ArrayList<>())
              .add(Fork.of(main, heap, contender.name(), Integer.toString(most)));
        }
        Collections.reverse(order);
      }
      return forks;
    }

    private void treeRows(
        Map<Tree, List<Fork>> forks, String name, String unit, String what, int size) {
      for (Tree peer : List.of(Tree.GRPC, Tree.KOTLIN, Tree.FUTURE)) {
        Rounds both =
            Rounds.of(figures(forks, Tree.OURS, what, size), figures(forks, peer, what, size));
        run.row(Row.lessIsBetter("scale", name, unit, peer.title(), both));
      }
    }

    /** How many times as much the last costs as the first. */
    private void growth(Map<Tree, List<Fork>> forks, String name, String what) {
      for (Tree peer : List.of(Tree.GRPC, Tree.KOTLIN, Tree.FUTURE)) {
        Rounds both = Rounds.of(growths(forks, Tree.OURS, what), growths(forks, peer, what));
        run.row(Row.lessIsBetter("scale", name, "times", peer.title(), both));
      }
    }

    private List<Double> growths(Map<Tree, List<Fork>> forks, Tree tree, String what) {
      return of(forks, tree).stream()
          .map(fork -> fork.figure(what, largest) / fork.figure(what, SMALLEST))
          .toList();
    }

    private void deadlines() throws IOException, InterruptedException {
      Map<Keeper, List<Fork>> forks = forks(Keeper.class, DeadlinesProcess.class);
      String all = String.format(Locale.ROOT, "%,d deadlines: ", largest);
      deadlineRow(forks, Keeper.TIMER, all + "arm + call off", "ns", "arm-and-call-off");
      deadlineRow(
          forks, Keeper.CONTEXT, all + "context, listener, cancel", "ns", "arm-and-call-off");
      deadlineRow(forks, Keeper.TIMER, all + "lateness, median", "us", "late-p50");
      deadlineRow(forks, Keeper.TIMER, all + "lateness, p99", "us", "late-p99");
      deadlineRow(forks, Keeper.CONTEXT, all + "lateness of listeners, p99", "us", "late-p99");
    }

    private void deadlineRow(
        Map<Keeper, List<Fork>> forks, Keeper ours, String name, String unit, String what) {
      Rounds both =
          Rounds.of(
              figures(forks, ours, what, largest), figures(forks, Keeper.EXECUTOR, what, largest));
      Row row = Row.lessIsBetter("scale", name, unit, "ScheduledThreadPoolExecutor", both);
      boolean late =
          Stream.of(ours, Keeper.EXECUTOR)
              .flatMap(keeper -> of(forks, keeper).stream())
              .anyMatch(fork -> fork.has("armed-too-late", largest));
      run.row(
          late && what.startsWith("late")
              ? row.withNote("arming took longer than planned, so some were late from the start")
              : row);
    }

    private static <E> List<Double> figures(
        Map<E, List<Fork>> forks, E contender, String what, int size) {
      return of(forks, contender).stream().map(fork -> fork.figure(what, size)).toList();
    }

    private static <E> List<Fork> of(Map<E, List<Fork>> forks, E contender) {
      return Objects.requireNonNull(forks.get(contender));
    }
  }
}
