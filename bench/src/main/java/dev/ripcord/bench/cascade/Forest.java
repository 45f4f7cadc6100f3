package dev.ripcord.bench.cascade;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Five processes whose handlers are the trees of a run, and a sixth, the edge, which calls the top
 * ones and cancels. All keep their times by one clock, which is looked at when they start.
 */
final class Forest implements AutoCloseable {
  private static final int NODES = 5;

  /** From the cancel until the last handler has stopped, and until the edge has heard all ends. */
  record Cascade(double stoppedNanos, double heardNanos) {}

  /**
   * Starts one of the processes; they are told what {@link NodeProcess} and {@link EdgeProcess}
   * are.
   */
  interface Launcher {
    Child node(String name) throws IOException;

    /** The ports are in columns: all nodes' of one variant, of the next, and of their times. */
    Child edge(List<String> ports) throws IOException;
  }

  private final List<Child> processes;
  private final Child edge;

  private Forest(List<Child> processes) {
    this.processes = List.copyOf(processes);
    this.edge = processes.get(processes.size() - 1);
  }

  /** Starts all six. */
  static Forest plant(Launcher launcher) throws IOException {
    List<Child> processes = new ArrayList<>();
    try {
      List<List<String>> ports = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        Child node = launcher.node("node-" + i);
        processes.add(node);
        ports.add(List.of(node.awaitReady("ports").split(",", -1)));
      }
      List<String> columns =
          IntStream.range(0, ports.get(0).size()).mapToObj(at -> column(ports, at)).toList();
      for (String variant : columns.subList(0, columns.size() - 1)) {
        for (Child node : processes) {
          node.askOn(variant);
        }
      }
      Child edge = launcher.edge(columns);
      processes.add(edge);
      edge.awaitReady("edge");
      for (Child each : processes) {
        requireSameClock(each);
      }
      return new Forest(processes);
    } catch (IOException | RuntimeException e) {
      processes.forEach(Child::close);
      throw e;
    }
  }

  private static String column(List<List<String>> ports, int at) {
    return ports.stream().map(each -> each.get(at)).collect(Collectors.joining(","));
  }

  /** Its answer is younger than the question and older than the answer's arrival, or another's. */
  private static void requireSameClock(Child process) throws IOException {
    long before = System.nanoTime();
    long there = Long.parseLong(process.askOn(Orders.CLOCK));
    long after = System.nanoTime();
    if (there - before < 0 || after - there < 0) {
      throw new IOException(
          "not the clock of this process: " + there + " between " + before + " and " + after);
    }
  }

  /** Has the edge cancel {@code plan} once. */
  Cascade cancel(String variant, Plan plan) throws IOException {
    String[] nanos = edge.askOn(variant + " " + plan).split(" ", -1);
    return new Cascade(Double.parseDouble(nanos[0]), Double.parseDouble(nanos[1]));
  }

  /** Has it cancel {@code plan} so many times at once, which measures nothing. */
  void warmUp(String variant, Plan plan, int trees) throws IOException {
    edge.askOn(variant + " " + plan + " " + trees);
  }

  @Override
  public void close() {
    processes.forEach(Child::close);
  }
}
