package dev.ripcord.bench.scale;

import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.plot.Curves;
import dev.ripcord.bench.plot.Curves.Curve;
import dev.ripcord.bench.scale.CallsProcess.Callers;
import java.util.List;

/** What live calls keep, and how long an operator waits for List and Cancel among them. */
record CallRows(Run run, Forks<Callers> forks, int most) {

  void report() {
    run.note(
        "live calls are real ones, both ends in one process with a socket between; the most are "
            + ScaleGroup.number(most));
    for (int size = Forks.SMALLEST; size <= most; size *= 10) {
      String number = ScaleGroup.number(size);
      if (size > Forks.SMALLEST) { // what so few keep is less than what a heap gives back meanwhile
        bytes(number, size);
      }
      alone("List of " + number + " live calls, each", "list", size);
      alone("Cancel of one request beside " + number, "cancel-one", size);
      alone("Cancel of a request of " + number + " calls, each", "cancel-all", size);
    }
    run.plot(
        Curves.logarithmic(
            "operator",
            "What an operator waits for",
            "live calls",
            "microseconds",
            List.of(
                new Curve("List, each", forks.points(Callers.OURS, "list")),
                new Curve("Cancel of one request", forks.points(Callers.OURS, "cancel-one")),
                new Curve("Cancel of all, each", forks.points(Callers.OURS, "cancel-all")))));
  }

  private void bytes(String number, int size) {
    run.row(
        Row.lessIsBetter(
            "scale",
            "a live call, both ends, among " + number,
            "B",
            "bare grpc-java",
            forks.both(Callers.OURS, Callers.BARE, "call-bytes", size)));
  }

  private void alone(String name, String what, int size) {
    run.row(Row.alone("scale", name, "us", forks.median(Callers.OURS, what, size)));
  }
}
