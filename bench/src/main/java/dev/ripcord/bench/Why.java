package dev.ripcord.bench;

/** Why a peer could not be measured, in so few words that they fit into a row. */
public final class Why {
  private static final int LONGEST = 160;

  private Why() {}

  /** The last line of its message says it; what is before is where it comes from. */
  public static String of(Exception failure) {
    String last =
        String.valueOf(failure.getMessage())
            .lines()
            .filter(line -> !line.isBlank())
            .reduce("", (first, second) -> second)
            .strip();
    return last.length() <= LONGEST ? last : last.substring(0, LONGEST) + "...";
  }
}
