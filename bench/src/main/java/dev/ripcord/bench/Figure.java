package dev.ripcord.bench;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** A figure as people read it: as many digits as one can believe. */
public final class Figure {
  private static final double MILLION = 1e6;

  private Figure() {}

  /** {@code 0.82}, {@code 4.9}, {@code 132}, {@code 4,979}, {@code 8.9 M}. */
  public static String text(double figure) {
    if (figure >= MILLION) {
      return format(figure / MILLION, "#,##0.#") + " M";
    }
    if (figure >= 100) {
      return format(figure, "#,##0");
    }
    if (figure >= 10) {
      return format(figure, "0.#");
    }
    return format(figure, figure >= 0.1 ? "0.##" : "0.###");
  }

  /** {@code 0.53}, {@code 0.004}, {@code 12.1}. */
  static String ratio(double ratio) {
    return format(ratio, ratio < 0.1 ? "0.000" : "0.00");
  }

  private static String format(double figure, String pattern) {
    return new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)).format(figure);
  }
}
