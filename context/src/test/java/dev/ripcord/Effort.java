package dev.ripcord;

/** How hard the interleaving and scale tests try: short in every build, long with -Pstress. */
public final class Effort {
  static final boolean LONG = "long".equals(System.getProperty("ripcord.effort"));

  private Effort() {}

  public static int of(int shortCount, int longCount) {
    return LONG ? longCount : shortCount;
  }
}
