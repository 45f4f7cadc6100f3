package dev.ripcord.bench.rpc;

import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Says what came of it. */
final class RpcRows {
  private static final double NANOS_PER_MICRO = 1e3;

  /** What of a result; {@code name} is what a row adds to its own. */
  private record Figure(String name, String unit, ToDoubleFunction<Load.Result> of) {
    List<Double> of(List<Load.Result> results) {
      return results.stream().map(of::applyAsDouble).toList();
    }
  }

  private static final Figure THROUGHPUT = new Figure("", "calls/s", Load.Result::callsPerSecond);
  private static final List<Figure> COSTS =
      List.of(
          new Figure(", p50", "us", result -> result.p50() / NANOS_PER_MICRO),
          new Figure(", p99", "us", result -> result.p99() / NANOS_PER_MICRO),
          new Figure(", CPU time", "us/call", result -> result.cpuPerCall() / NANOS_PER_MICRO),
          new Figure(", allocated", "B/call", Load.Result::bytesPerCall));

  private final Run run;
  private final Map<String, String> missing;

  /** {@code missing}: the processes that are not there, and why. */
  RpcRows(Run run, Map<String, String> missing) {
    this.run = run;
    this.missing = missing;
  }

  /** All rows of one work. */
  void report(Work work, Map<Contender, List<Load.Result>> results) {
    for (Work.Pair pair : work.pairs(run.quick())) {
      List<Load.Result> ours = results.getOrDefault(pair.ours(), List.of());
      List<Load.Result> peers = results.getOrDefault(pair.peer(), List.of());
      if (missing.containsKey(pair.ours().process())) {
        continue; // the control: ours is never missing
      }
      row(work, pair, THROUGHPUT, ours, peers);
      // Where streams are scarce the times are those of the queue.
      for (Figure figure : work.streams() > 0 ? List.<Figure>of() : COSTS) {
        row(work, pair, figure, ours, peers);
      }
    }
  }

  private void row(
      Work work, Work.Pair pair, Figure figure, List<Load.Result> ours, List<Load.Result> peers) {
    String name = work + variation(pair.ours()) + figure.name();
    String peer = pair.peer().title();
    String why = missing.get(pair.peer().process());
    if (why != null) {
      double alone = Rounds.quantile(figure.of(ours), 0.5);
      run.row(Row.without("rpc", name, figure.unit(), alone, peer, why));
      return;
    }
    Rounds rounds = Rounds.paired(figure.of(ours), figure.of(peers));
    run.row(
        figure.equals(THROUGHPUT)
            ? Row.moreIsBetter("rpc", name, figure.unit(), peer, rounds)
            : Row.lessIsBetter("rpc", name, figure.unit(), peer, rounds));
  }

  private static String variation(Contender ours) {
    if (ours.equals(Contender.BARE_AGAIN)) {
      return ", control: bare twice";
    }
    return (ours.values() == 0 ? "" : ", " + ours.values() + " values")
        + (ours.side().equals(Contender.SILENT) ? ", reasons off" : "");
  }
}
