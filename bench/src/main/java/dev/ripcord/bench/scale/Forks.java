package dev.ripcord.bench.scale;

import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.plot.Curves.Point;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the forks of each contender have measured, round by round. */
final class Forks<E extends Enum<E>> {
  static final int SMALLEST = 1_000;

  private final Map<E, List<Fork>> forks;

  private Forks(Map<E, List<Fork>> forks) {
    this.forks = forks;
  }

  /** A fork for each contender and round; who begins changes from one to the next. */
  static <E extends Enum<E>> Forks<E> measure(
      Class<E> contenders, Class<?> main, int rounds, int heapMb, int largest)
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
    return new Forks<>(forks);
  }

  List<Fork> of(E contender) {
    return Objects.requireNonNull(forks.get(contender));
  }

  List<Double> figures(E contender, String what, int size) {
    return of(contender).stream().map(fork -> fork.figure(what, size)).toList();
  }

  Rounds both(E ours, E peer, String what, int size) {
    return Rounds.of(figures(ours, what, size), figures(peer, what, size));
  }

  double median(E contender, String what, int size) {
    return Rounds.quantile(figures(contender, what, size), 0.5);
  }

  /** The medians, for each size that was measured. */
  List<Point> points(E contender, String what) {
    List<Point> points = new ArrayList<>();
    for (int size = SMALLEST; of(contender).get(0).has(what, size); size *= 10) {
      points.add(new Point(size, median(contender, what, size)));
    }
    return points;
  }
}
