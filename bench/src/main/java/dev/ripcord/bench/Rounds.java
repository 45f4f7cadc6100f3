package dev.ripcord.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * What was measured of ours and of a peer, round by round: figures at the same index were taken
 * right after each other.
 *
 * <pre>{@code
 * Rounds rounds = Rounds.alternating(2, 7, () -> nanosOfOurs(), () -> nanosOfPeer());
 * run.row(Row.lessIsBetter("rpc", "unary, no values", "us", "bare grpc-java", rounds));
 * }</pre>
 */
public final class Rounds {
  private final List<Double> ours;
  private final List<Double> peers;
  private final boolean paired;

  private Rounds(List<Double> ours, List<Double> peers, boolean paired) {
    if (ours.isEmpty() || ours.size() != peers.size()) {
      throw new IllegalArgumentException(ours.size() + " rounds of ours, " + peers.size());
    }
    this.ours = List.copyOf(ours);
    this.peers = List.copyOf(peers);
    this.paired = paired;
  }

  /** Rounds that were measured already. */
  public static Rounds of(List<Double> ours, List<Double> peers) {
    return new Rounds(ours, peers, false);
  }

  /**
   * The same, where a round of both was measured at the same time, so that whatever disturbed one
   * disturbed the other: the ratio is the median of the rounds' ratios, and not that of the
   * medians.
   */
  public static Rounds paired(List<Double> ours, List<Double> peers) {
    return new Rounds(ours, peers, true);
  }

  /**
   * Measures both {@code rounds} times after {@code warmUps} times that do not count. Who begins
   * changes from round to round, so that a machine that gets slower or faster favours nobody.
   */
  public static Rounds alternating(
      int warmUps, int rounds, Callable<Double> ours, Callable<Double> peer) throws Exception {
    List<List<Double>> figures = alternating(warmUps, rounds, List.of(ours, peer));
    return of(figures.get(0), figures.get(1));
  }

  /** The same for any number of contenders: for each, in the order given, its figures. */
  public static List<List<Double>> alternating(
      int warmUps, int rounds, List<Callable<Double>> contenders) throws Exception {
    List<List<Double>> figures =
        contenders.stream().<List<Double>>map(c -> new ArrayList<>()).toList();
    for (int round = -warmUps; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        int turn = round % 2 == 0 ? i : contenders.size() - 1 - i;
        double figure = contenders.get(turn).call();
        if (round >= 0) {
          figures.get(turn).add(figure);
        }
      }
    }
    return figures;
  }

  /** The median of ours. */
  public double ours() {
    return quantile(ours, 0.5);
  }

  /** The median of the peer's. */
  public double peer() {
    return quantile(peers, 0.5);
  }

  /** Ours over the peer's. */
  public double ratio() {
    return paired ? quantile(ratios(), 0.5) : ours() / peer();
  }

  /** The interquartile range of the rounds' ratios, as a share of their median. */
  public double spread() {
    List<Double> ratios = ratios();
    return (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / quantile(ratios, 0.5);
  }

  private List<Double> ratios() {
    return IntStream.range(0, ours.size()).mapToObj(i -> ours.get(i) / peers.get(i)).toList();
  }

  /** Between the two figures nearest to it, in proportion. */
  public static double quantile(List<Double> figures, double q) {
    List<Double> sorted = figures.stream().sorted().toList();
    double at = q * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }
}
