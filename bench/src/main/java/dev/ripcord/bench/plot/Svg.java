package dev.ripcord.bench.plot;

import java.util.List;
import java.util.Locale;

/**
 * A drawing in the making. It brings its own background, so that it reads the same on a light page
 * and on a dark one.
 */
final class Svg {
  static final int WIDTH = 760;

  static final String OURS = "Ripcord";

  /** Told apart by most people who do not see all colours. The first is ours. */
  private static final List<String> COLORS =
      List.of("#d1342f", "#2f6fb0", "#2a9287", "#8a5fa8", "#c4871f", "#5f6b7a", "#3f4a2f");

  private static final double LETTER = 6.6; // about as wide as one is
  private static final int SWATCH = 18;
  private static final int LEFT = 20;

  private final StringBuilder body = new StringBuilder();
  private final String title;
  private final int height;

  Svg(String title, int height) {
    this.title = title;
    this.height = height;
    text(LEFT, 28, "start", "title", title);
  }

  /**
   * The colour of one of {@code contenders}; ours has the first, whether it is among them or not.
   */
  static String color(List<String> contenders, String name) {
    if (name.equals(OURS)) {
      return COLORS.get(0);
    }
    List<String> peers = contenders.stream().filter(each -> !each.equals(OURS)).toList();
    return COLORS.get(1 + peers.indexOf(name) % (COLORS.size() - 1));
  }

  void text(double x, double y, String anchor, String style, String words) {
    add(
        "<text x='%.1f' y='%.1f' text-anchor='%s' class='%s'>%s</text>",
        x, y, anchor, style, escape(words));
  }

  /** Beside the left edge, read from below. */
  void upright(double x, double y, String words) {
    add(
        "<text transform='translate(%.1f %.1f) rotate(-90)' text-anchor='middle' class='quiet'>%s</text>",
        x, y, escape(words));
  }

  /** About how wide they are. */
  static double width(String words) {
    return words.length() * LETTER;
  }

  void line(double x1, double y1, double x2, double y2, String style) {
    add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' class='%s'/>", x1, y1, x2, y2, style);
  }

  void stroke(double x1, double x2, double y, String color) {
    add(
        "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s' stroke-width='4' opacity='.45'/>",
        x1, y, x2, y, color);
  }

  void dot(double x, double y, String color) {
    add("<circle cx='%.1f' cy='%.1f' r='3.2' fill='%s'/>", x, y, color);
  }

  /** {@code points} as SVG has them: {@code x,y x,y}. */
  void curve(String points, String color) {
    add(
        "<polyline points='%s' fill='none' stroke='%s' stroke-width='2' stroke-linejoin='round'/>",
        points, color);
  }

  /** Who has which colour, in a row under the title. */
  void legend(List<String> contenders) {
    double x = LEFT;
    for (String contender : contenders) {
      dot(x + 4, 48, color(contenders, contender));
      text(x + 12, 52, "start", "", contender);
      x += SWATCH + 12 + width(contender);
    }
  }

  private void add(String element, Object... values) {
    body.append(String.format(Locale.ROOT, element, values)).append('\n');
  }

  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  public String toString() {
    return String.format(
            Locale.ROOT,
            """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
      <title>%s</title>
      <style>
        text { font: 12px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #30363d }
        .title { font-size: 15px; font-weight: 600 } .quiet { fill: #6a737d }
        .grid { stroke: #e4e2dc } .axis { stroke: #6a737d }
      </style>
      <rect width="%d" height="%d" rx="10" fill="#fdfcf9"/>
      """,
            WIDTH,
            height,
            WIDTH,
            height,
            escape(title),
            WIDTH,
            height)
        + body
        + "</svg>\n";
  }
}
