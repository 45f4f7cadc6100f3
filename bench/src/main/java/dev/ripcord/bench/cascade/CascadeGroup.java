package dev.ripcord.bench.cascade;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** {@code ripcord bench --only cascade}. */
public final class CascadeGroup implements Group {
  private static final int NODES = 5;
  private static final int BLOCKS = 5;
  private static final int TREES_AT_ONCE = 32; // in the warm-up
  private static final int FIRST = 5;
  private static final int FEWEST = FIRST + 4 * BLOCKS; // cancels of a shape
  private static final double NANOS_PER_MICRO = 1e3;

  /** How long it takes: in time, not in cancels, because a busy machine is slow. */
  private record Pace(int warmUpSeconds, int shapeSeconds) {
    static final Pace QUICK = new Pace(30, 9);
    static final Pace FULL = new Pace(120, 60);
  }

  /** A tree below the edge. */
  private record Shape(String name, String levels) {
    Plan plan(long run) {
      return Plan.parse(run + ":" + levels);
    }
  }

  private static final List<Shape> SHAPES =
      List.of(
          new Shape("chain of 1", "1@0"),
          new Shape("chain of 3", "1@0;1@1;1@2"),
          new Shape("chain of 5", "1@0;1@1;1@2;1@3;1@4"),
          new Shape("fan-out 10", "10@0"),
          new Shape("fan-out 100", "100@0"),
          new Shape("fan-out 1000", "1000@0"),
          new Shape("fan-out 1000, asynchronous handlers", "1000@0!"),
          new Shape("tree 3 x 3 x 3", "3@0;3@1,2;3@3,4"));

  /** So that the code has been compiled in every process, in every role. */
  private static final List<String> WARM_UP =
      List.of("1@0;1@1;1@2;1@3;1@4", "1@4;1@3;1@2;1@1;1@0", "2@0,1,2,3,4;2@1,3;2@2,4");

  /** From the cancel until the last handler has stopped, and until the edge has heard all ends. */
  private record Cascade(double stoppedNanos, double heardNanos) {}

  private long runs;

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
  public void run(Run run) throws Exception {
    List<Child> nodes = new ArrayList<>();
    try {
      List<String> ports = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        Child node = java("node-" + i, NodeProcess.class, "node-" + i);
        nodes.add(node);
        ports.add(node.awaitReady("ports"));
      }
      connect(nodes, column(ports, 0));
      connect(nodes, column(ports, 1));
      Child edge =
          java("edge", EdgeProcess.class, column(ports, 0), column(ports, 1), column(ports, 2));
      nodes.add(edge);
      edge.awaitReady("edge");
      measure(run, edge);
    } finally {
      nodes.forEach(Child::close);
    }
  }

  private static Child java(String name, Class<?> main, String... arguments) throws IOException {
    List<String> all =
        new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    all.addAll(List.of(arguments));
    return Child.java(name, Map.of(), all.toArray(new String[0]));
  }

  private static String column(List<String> ports, int at) {
    return ports.stream().map(line -> line.split(",", -1)[at]).collect(Collectors.joining(","));
  }

  private static void connect(List<Child> nodes, String ports) throws IOException {
    for (Child node : nodes) {
      if (node.ask(ports) == null) {
        throw new IOException("a node has ended");
      }
    }
  }

  private void measure(Run run, Child edge) throws IOException {
    Pace pace = run.quick() ? Pace.QUICK : Pace.FULL;
    warmUp(edge, pace.warmUpSeconds());
    for (Shape shape : SHAPES) {
      List<Cascade> ours = new ArrayList<>();
      List<Cascade> bare = new ArrayList<>();
      cancels(edge, shape, pace.shapeSeconds(), ours, bare);
      report(run, shape, ours, bare);
    }
  }

  private void warmUp(Child edge, int seconds) throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; System.nanoTime() - until < 0; i++) {
      String levels = WARM_UP.get(i % WARM_UP.size());
      for (String variant : List.of("bare", "ripcord")) {
        if (edge.ask(variant + " " + ++runs + ":" + levels + " " + TREES_AT_ONCE) == null) {
          throw new IOException("the edge ended at the warm-up of " + variant);
        }
      }
    }
  }

  /** Cancel by cancel in turns; who begins changes, too. The first do not count. */
  private void cancels(Child edge, Shape shape, int seconds, List<Cascade> ours, List<Cascade> bare)
      throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (int i = 0; i < FEWEST || System.nanoTime() - until < 0; i++) {
      if (i == FIRST) {
        ours.clear();
        bare.clear();
      }
      boolean oursFirst = i % 2 == 0;
      if (oursFirst) {
        ours.add(cancel(edge, "ripcord", shape));
      }
      bare.add(cancel(edge, "bare", shape));
      if (!oursFirst) {
        ours.add(cancel(edge, "ripcord", shape));
      }
    }
  }

  private Cascade cancel(Child edge, String variant, Shape shape) throws IOException {
    String answer = edge.ask(variant + " " + shape.plan(++runs));
    if (answer == null) {
      throw new IOException("the edge ended at a " + shape.name() + " of " + variant);
    }
    String[] nanos = answer.split(" ", -1);
    return new Cascade(Double.parseDouble(nanos[0]), Double.parseDouble(nanos[1]));
  }

  private static void report(Run run, Shape shape, List<Cascade> ours, List<Cascade> bare) {
    row(run, shape.name() + ", p50", 0.5, ours, bare, Cascade::stoppedNanos);
    row(run, shape.name() + ", p99", 0.99, ours, bare, Cascade::stoppedNanos);
    row(run, shape.name() + ", edge has heard, p50", 0.5, ours, bare, Cascade::heardNanos);
  }

  private static void row(
      Run run,
      String name,
      double quantile,
      List<Cascade> ours,
      List<Cascade> bare,
      ToDoubleFunction<Cascade> figure) {
    run.row(
        Row.lessIsBetter(
            "cascade",
            name,
            "us",
            "bare grpc-java",
            Rounds.of(blocks(ours, quantile, figure), blocks(bare, quantile, figure))));
  }

  /** Of each block in turn the quantile: how much they differ is the spread. */
  private static List<Double> blocks(
      List<Cascade> cascades, double quantile, ToDoubleFunction<Cascade> figure) {
    int size = cascades.size() / BLOCKS;
    return IntStream.range(0, BLOCKS)
        .mapToObj(
            block ->
                Rounds.quantile(
                    cascades.subList(block * size, (block + 1) * size).stream()
                        .map(cascade -> figure.applyAsDouble(cascade) / NANOS_PER_MICRO)
                        .toList(),
                    quantile))
        .toList();
  }
}
