package dev.ripcord.bench.plot;

import dev.ripcord.bench.Figure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An axis that reaches from one round number to another.
 *
 * @param label what it measures, and in what unit
 * @param from its beginning
 * @param to its end
 * @param ticks where it is marked
 * @param logarithmic whether equal steps are equal ratios
 */
public record Axis(String label, double from, double to, List<Double> ticks, boolean logarithmic) {
  private static final int STEPS = 5;

  /** Over {@code values}, by powers of ten. What is not above zero cannot be shown on it. */
  public static Axis logarithmic(String label, Collection<Double> values) {
    int from = (int) Math.floor(Math.log10(above(values).min().orElse(1)));
    int to = Math.max(from + 1, (int) Math.ceil(Math.log10(above(values).max().orElse(1))));
    List<Double> ticks = new ArrayList<>();
    for (int power = from; power <= to; power++) {
      ticks.add(Math.pow(10, power));
    }
    return new Axis(label, Math.pow(10, from), Math.pow(10, to), ticks, true);
  }

  private static DoubleStream above(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).filter(value -> value > 0);
  }

  /** From zero to beyond the largest of {@code values}. */
  public static Axis fromZero(String label, Collection<Double> values) {
    double largest = above(values).max().orElse(1);
    double step = roundStep(largest / STEPS);
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; ticks.isEmpty() || ticks.get(ticks.size() - 1) < largest; i++) {
      ticks.add(i * step);
    }
    return new Axis(label, 0, ticks.get(ticks.size() - 1), ticks, false);
  }

  /** The next of 1, 2, 5, 10, 20 ... */
  private static double roundStep(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    return DoubleStream.of(1, 2, 5, 10)
        .map(digit -> digit * power)
        .filter(step -> step >= least)
        .findFirst()
        .orElse(10 * power);
  }

  /**
   * How far along the axis {@code value} is: 0 at its beginning, 1 at its end, and never beyond.
   */
  double at(double value) {
    double share =
        logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    return Math.max(0, Math.min(1, share));
  }

  String mark(double tick) {
    return Figure.text(tick);
  }
}
