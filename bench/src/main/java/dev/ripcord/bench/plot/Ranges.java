package dev.ripcord.bench.plot;

import java.util.List;

/**
 * For each category a bar per contender, from one value to another, with a dot where it counts.
 *
 * @param contenders in the order of the legend
 */
public record Ranges(
    String name, String title, Axis x, List<String> contenders, List<Category> categories)
    implements Plot {
  private static final int MARGIN = 20;
  private static final int BESIDE_LABEL = 12;
  private static final int RIGHT = Svg.WIDTH - 28;
  private static final int TOP = 68;
  private static final int BAR = 8;
  private static final int GAP = 10;
  private static final int FOOT = 56;

  /** What was done, and what came of it. */
  public record Category(String label, List<Range> ranges) {
    int height() {
      return ranges.size() * BAR + GAP;
    }
  }

  /** What came of it for one contender. */
  public record Range(String contender, double from, double to, double dot) {}

  @Override
  public String svg() {
    int bottom = TOP + categories.stream().mapToInt(Category::height).sum();
    Svg svg = new Svg(title, bottom + FOOT);
    svg.legend(contenders);
    for (double tick : x.ticks()) {
      svg.line(right(tick), TOP, right(tick), bottom, tick == 1 ? "axis" : "grid");
      svg.text(right(tick), bottom + 18, "middle", "quiet", x.mark(tick));
    }
    svg.text((left() + RIGHT) / 2.0, bottom + 42, "middle", "quiet", x.label());
    double y = TOP;
    for (Category category : categories) {
      svg.text(left() - BESIDE_LABEL, y + category.height() / 2.0 + 4, "end", "", category.label());
      draw(svg, category, y + (GAP + BAR) / 2.0);
      y += category.height();
    }
    return svg.toString();
  }

  private void draw(Svg svg, Category category, double first) {
    double y = first;
    for (Range range : category.ranges()) {
      String color = Svg.color(contenders, range.contender());
      svg.stroke(right(range.from()), right(range.to()), y, color);
      svg.dot(right(range.dot()), y, color);
      y += BAR;
    }
  }

  private double left() {
    double widest =
        categories.stream().mapToDouble(each -> Svg.width(each.label())).max().orElse(0);
    return MARGIN + widest + BESIDE_LABEL;
  }

  private double right(double value) {
    return left() + x.at(value) * (RIGHT - left());
  }
}
