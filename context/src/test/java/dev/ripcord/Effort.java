package dev.ripcord;

/** How hard the interleaving and scale tests try: short in every build, long with -Pstress. */
final class Effort {
  static final boolean LONG = "long".equals(System.getProperty("ripcord.effort"));

  private Effort() {}

  static int of(int shortCount, int longCount) {
    return LONG ? longCount : shortCount;
  }
}
