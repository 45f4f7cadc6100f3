package dev.ripcord.bench.scale;

import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.plot.Curves;
import dev.ripcord.bench.plot.Curves.Curve;
import java.util.List;
import java.util.stream.Stream;

/** What a context costs among others, in all trees. */
record TreeRows(Run run, Forks<Tree> times, Forks<Tree> bytes, int largest) {
  private static final List<Tree> PEERS = List.of(Tree.GRPC, Tree.KOTLIN, Tree.FUTURE);

  void report() {
    for (int size = Forks.SMALLEST; size <= largest; size *= 10) {
      String number = ScaleGroup.number(size);
      rows(times, number + " children, listening, cancelled; each", "ns", "family", size);
      rows(times, "one comes and goes beside " + number, "ns", "guest", size);
    }
    rows(bytes, "one live, not listened to", "B", "bytes", largest);
    rows(bytes, "one live, listened to", "B", "listening-bytes", largest);
    growth("growth of a child's cost, to " + largest, "family");
    growth("growth of a guest's cost, to " + largest, "guest");
    run.plot(curves("children", "Children, listening, cancelled: each", "family"));
    run.plot(curves("guests", "One that comes and goes beside others", "guest"));
  }

  private void rows(Forks<Tree> forks, String name, String unit, String what, int size) {
    for (Tree peer : PEERS) {
      run.row(
          Row.lessIsBetter(
              "scale", name, unit, peer.title(), forks.both(Tree.OURS, peer, what, size)));
    }
  }

  /** How many times as much the last costs as the first. */
  private void growth(String name, String what) {
    for (Tree peer : PEERS) {
      Rounds both = Rounds.of(growths(Tree.OURS, what), growths(peer, what));
      run.row(Row.lessIsBetter("scale", name, "times", peer.title(), both));
    }
  }

  private List<Double> growths(Tree tree, String what) {
    return times.of(tree).stream()
        .map(fork -> fork.figure(what, largest) / fork.figure(what, Forks.SMALLEST))
        .toList();
  }

  private Curves curves(String name, String title, String what) {
    return Curves.logarithmic(
        name,
        title,
        "contexts",
        "nanoseconds",
        Stream.of(Tree.values())
            .map(tree -> new Curve(tree.title(), times.points(tree, what)))
            .toList());
  }
}
