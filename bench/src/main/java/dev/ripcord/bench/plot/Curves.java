package dev.ripcord.bench.plot;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How something grows, for each contender. The first is on top.
 *
 * @param dots whether each point was measured by itself; else it is the curve that counts
 */
public record Curves(String name, String title, Axis x, Axis y, List<Curve> curves, boolean dots)
    implements Plot {
  private static final int HEIGHT = 400;
  private static final int LEFT = 84;
  private static final int TOP = 72;
  private static final int RIGHT = Svg.WIDTH - 28;
  private static final int BOTTOM = HEIGHT - 56;

  /** The points of one contender, from left to right. */
  public record Curve(String contender, List<Point> points) {}

  /** One point, in the units of the axes. */
  public record Point(double x, double y) {}

  /** On axes by powers of ten, as wide as the curves are. */
  public static Curves logarithmic(
      String name, String title, String x, String y, List<Curve> curves) {
    List<Point> all = curves.stream().flatMap(curve -> curve.points().stream()).toList();
    return new Curves(
        name,
        title,
        Axis.logarithmic(x, all.stream().map(Point::x).toList()),
        Axis.logarithmic(y, all.stream().map(Point::y).toList()),
        curves,
        true);
  }

  @Override
  public String svg() {
    Svg svg = new Svg(title, HEIGHT);
    List<String> contenders = curves.stream().map(Curve::contender).toList();
    svg.legend(contenders);
    for (double tick : y.ticks()) {
      svg.line(LEFT, down(tick), RIGHT, down(tick), "grid");
      svg.text(LEFT - 8, down(tick) + 4, "end", "quiet", y.mark(tick));
    }
    for (double tick : x.ticks()) {
      svg.line(right(tick), BOTTOM, right(tick), BOTTOM + 5, "axis");
      svg.text(right(tick), BOTTOM + 20, "middle", "quiet", x.mark(tick));
    }
    svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis");
    svg.text((LEFT + RIGHT) / 2.0, HEIGHT - 14, "middle", "quiet", x.label());
    svg.upright(24, (TOP + BOTTOM) / 2.0, y.label());
    for (int i = curves.size() - 1; i >= 0; i--) {
      draw(svg, curves.get(i).points(), Svg.color(contenders, curves.get(i).contender()));
    }
    return svg.toString();
  }

  private void draw(Svg svg, List<Point> points, String color) {
    svg.curve(
        points.stream()
            .map(p -> String.format(Locale.ROOT, "%.1f,%.1f", right(p.x()), down(p.y())))
            .collect(Collectors.joining(" ")),
        color);
    if (dots) {
      points.forEach(p -> svg.dot(right(p.x()), down(p.y()), color));
    }
  }

  private double right(double value) {
    return LEFT + x.at(value) * (RIGHT - LEFT);
  }

  private double down(double value) {
    return BOTTOM - y.at(value) * (BOTTOM - TOP);
  }
}
