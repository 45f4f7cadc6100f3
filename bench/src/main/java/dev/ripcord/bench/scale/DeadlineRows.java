package dev.ripcord.bench.scale;

import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.scale.DeadlinesProcess.Keeper;
import java.util.stream.Stream;

/** What deadlines cost in bulk, and how late they strike. */
record DeadlineRows(Run run, Forks<Keeper> forks, int count) {

  void report() {
    String all = ScaleGroup.number(count) + " deadlines: ";
    row(Keeper.TIMER, all + "arm + call off", "ns", "arm-and-call-off");
    row(Keeper.CONTEXT, all + "context, listener, cancel", "ns", "arm-and-call-off");
    row(Keeper.TIMER, all + "lateness, median", "us", "late-p50");
    row(Keeper.TIMER, all + "lateness, p99", "us", "late-p99");
    row(Keeper.CONTEXT, all + "lateness of listeners, p99", "us", "late-p99");
  }

  private void row(Keeper ours, String name, String unit, String what) {
    Row row =
        Row.lessIsBetter(
            "scale",
            name,
            unit,
            "ScheduledThreadPoolExecutor",
            forks.both(ours, Keeper.EXECUTOR, what, count));
    boolean late =
        Stream.of(ours, Keeper.EXECUTOR)
            .flatMap(keeper -> forks.of(keeper).stream())
            .anyMatch(fork -> fork.has("armed-too-late", count));
    run.row(
        late && what.startsWith("late")
            ? row.withNote("arming took longer than planned, so some were late from the start")
            : row);
  }
}
