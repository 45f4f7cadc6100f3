package dev.ripcord.bench.cascade;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Pictures;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.cascade.Forest.Cascade;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code ripcord bench --only cascade}. */
public final class CascadeGroup implements Group {
  private static final int BLOCKS = 5;
  private static final int TREES_AT_ONCE = 32; // in the warm-up
  private static final int FIRST = 5;
  private static final int FEWEST = FIRST + 4 * BLOCKS; // cancels of a shape
  private static final int FOREIGN_TURN = 3; // one turn in so many is a foreign peer's, too
  private static final int ENOUGH_FOR_P99 = 100;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final Map<Contender, Contest.Planter> FOREIGN =
      Map.of(Contender.GRPC_GO, GrpcGo::plant, Contender.FINAGLE, Finagle::plant);

  /**
   * How long it takes: in time, not in cancels, because a busy machine is slow. The warm-up is of
   * many cancels at once, so that there are many, and then of single ones, which are what is
   * measured: they are other branches of the same code.
   */
  private record Pace(int manyAtOnceSeconds, int singleSeconds, int shapeSeconds) {
    static final Pace QUICK = new Pace(20, 50, 4);
    static final Pace FULL = new Pace(60, 120, 60);
  }

  /** A tree below the edge, and how many times the time of the others it takes. */
  private record Shape(String name, String levels, int weight) {
    /** How many processes a cancel passes, one after the other. */
    int depth() {
      return levels.split(";", -1).length;
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("chain of 1", "1@0", 1),
          new Shape("chain of 3", "1@0;1@1;1@2", 1),
          new Shape("chain of 5", "1@0;1@1;1@2;1@3;1@4", 1),
          new Shape("fan-out 10", "10@0", 1),
          new Shape("fan-out 100", "100@0", 1),
          new Shape("fan-out 1000", "1000@0", 2),
          new Shape("fan-out 1000, asynchronous handlers", "1000@0!", 2),
          new Shape("tree 3 x 3 x 3", "3@0;3@1,2;3@3,4", 1));

  /** So that the code has been compiled in every process, in every role. */
  private static final List<String> WARM_UP =
      List.of("1@0;1@1;1@2;1@3;1@4", "1@4;1@3;1@2;1@1;1@0", "2@0,1,2,3,4;2@1,3;2@2,4");

  /** A group that has measured nothing yet. */
  public CascadeGroup() {}

  @Override
  public String name() {
    return "cascade";
  }

  @Override
  public String purpose() {
    return "from a cancel at the edge until the last handler in the last process has returned";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(130);
  }

  @Override
  public void run(Run run) throws Exception {
    try (Contest contest = Contest.open(FOREIGN);
        Loopback loopback = Loopback.open()) {
      Pace pace = run.quick() ? Pace.QUICK : Pace.FULL;
      warmUp(contest, pace.manyAtOnceSeconds(), TREES_AT_ONCE);
      warmUp(contest, pace.singleSeconds(), 1);
      for (Shape shape : SHAPES) {
        report(run, shape, contest, cancels(contest, loopback, shape, pace));
      }
    }
    run.plot(
        Pictures.tails(
            "From the cancel at the edge until the last handler has returned: p50 to p99",
            "microseconds",
            run.rows("cascade")));
  }

  private static void warmUp(Contest contest, int seconds, int trees) throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; System.nanoTime() - until < 0; i++) {
      String levels = WARM_UP.get(i % WARM_UP.size());
      for (Contender each : contest.present()) {
        if (each.warmsUp() || i < WARM_UP.size()) { // all have to have connected
          contest.warmUp(each, levels, trees);
        }
      }
    }
  }

  /**
   * Cancel by cancel in turns; who begins changes, too. The first do not count. Foreign peers have
   * fewer turns: the most shall be of what is nearly the same, ours and bare grpc-java.
   */
  private static Measured cancels(Contest contest, Loopback loopback, Shape shape, Pace pace)
      throws IOException {
    Map<Contender, List<Cascade>> cascades = new EnumMap<>(Contender.class);
    List<Double> hops = new ArrayList<>();
    Random random = new Random(shape.name().hashCode());
    List<Contender> order = new ArrayList<>(contest.present());
    order.forEach(each -> cascades.put(each, new ArrayList<>()));
    long until =
        System.nanoTime() + TimeUnit.SECONDS.toNanos((long) shape.weight() * pace.shapeSeconds());
    for (int i = 0; i < FEWEST || System.nanoTime() - until < 0; i++) {
      for (Contender each : order) {
        if (FOREIGN.containsKey(each) && i % FOREIGN_TURN != 0) {
          continue;
        }
        Cascade cascade = contest.cancel(each, shape.levels());
        if (cascade == null) {
          cascades.remove(each);
        } else if (i >= FIRST) {
          cascades.computeIfAbsent(each, none -> new ArrayList<>()).add(cascade);
        }
      }
      hops.add(loopback.oneWayNanos());
      order.retainAll(cascades.keySet());
      Collections.shuffle(order, random);
    }
    return new Measured(cascades, hops.subList(FIRST, hops.size()));
  }

  /** And how long a byte took from one process to another meanwhile, in nanoseconds. */
  private record Measured(Map<Contender, List<Cascade>> cascades, List<Double> hops) {
    List<Cascade> ours() {
      return Objects.requireNonNull(cascades.get(Contender.RIPCORD));
    }
  }

  private static void report(Run run, Shape shape, Contest contest, Measured measured) {
    Map<Contender, List<Cascade>> cascades = measured.cascades();
    for (Contender peer : Contender.peers()) {
      Figure[] figures = {
        Figure.MEDIAN,
        new Figure(", p99", 0.99, Cascade::stoppedNanos),
        new Figure(", edge has heard, p50", 0.5, Cascade::heardNanos)
      };
      for (Figure figure : figures) {
        run.row(
            row(
                shape.name() + figure.name(),
                figure,
                measured.ours(),
                peer,
                cascades.get(peer),
                contest.whyMissing(peer)));
      }
    }
    run.row(floor(shape, measured));
  }

  /** What no message can be faster than. */
  private static Row floor(Shape shape, Measured measured) {
    Figure median = Figure.MEDIAN;
    List<Double> hops =
        measured.hops().stream().map(nanos -> nanos * shape.depth() / NANOS_PER_MICRO).toList();
    return Row.lessIsBetter(
        "cascade",
        shape.name() + median.name(),
        "us",
        "a byte over loopback",
        Rounds.of(blocks(measured.ours(), median), blocks(hops, median.quantile())));
  }

  private record Figure(String name, double quantile, ToDoubleFunction<Cascade> of) {
    static final Figure MEDIAN = new Figure(", p50", 0.5, Cascade::stoppedNanos);
  }

  private static Row row(
      String name,
      Figure figure,
      List<Cascade> ours,
      Contender peer,
      @Nullable List<Cascade> theirs,
      @Nullable String why) {
    List<Double> mine = blocks(ours, figure);
    Row row =
        theirs == null
            ? Row.without(
                "cascade",
                name,
                "us",
                Rounds.quantile(mine, 0.5),
                peer.title(),
                String.valueOf(why))
            : Row.lessIsBetter(
                "cascade", name, "us", peer.title(), Rounds.of(mine, blocks(theirs, figure)));
    int fewest = theirs == null ? ours.size() : Math.min(ours.size(), theirs.size());
    return figure.quantile() > 0.5 && fewest < ENOUGH_FOR_P99
        ? row.withNote("of " + fewest + " cancels")
        : row;
  }

  private static List<Double> blocks(List<Cascade> cascades, Figure figure) {
    return blocks(
        cascades.stream()
            .map(cascade -> figure.of().applyAsDouble(cascade) / NANOS_PER_MICRO)
            .toList(),
        figure.quantile());
  }

  /** Of each block in turn the quantile: how much they differ is the spread. */
  private static List<Double> blocks(List<Double> figures, double quantile) {
    int size = figures.size() / BLOCKS;
    return IntStream.range(0, BLOCKS)
        .mapToObj(
            block -> Rounds.quantile(figures.subList(block * size, (block + 1) * size), quantile))
        .toList();
  }
}
