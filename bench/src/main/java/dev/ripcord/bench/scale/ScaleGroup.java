package dev.ripcord.bench.scale;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
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
    }

    private <E extends Enum<E>> Map<E, List<Fork>> forks(Class<E> contenders, Class<?> main)
        throws IOException, InterruptedException {
      Map<E, List<Fork>> forks = new EnumMap<>(contenders);
      List<E> order = new ArrayList<>(Arrays.asList(contenders.getEnumConstants()));
      for (int round = 0; round < rounds; round++) {
        for (E contender : order) {
          forks
              .computeIfAbsent(contender, c -> new ArrayList<>())
              .add(Fork.of(main, heapMb, contender.name(), Integer.toString(largest)));
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
