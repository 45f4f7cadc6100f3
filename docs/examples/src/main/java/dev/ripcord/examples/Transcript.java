package dev.ripcord.examples;

import java.io.PrintStream;
import java.util.Locale;

/** Prints who did what, and when. */
final class Transcript {
  private final PrintStream out;
  private final long start = System.nanoTime();

  Transcript(PrintStream out) {
    this.out = out;
  }

  /** Any thread. */
  synchronized void says(String who, String what) {
    double seconds = (System.nanoTime() - start) / 1e9;
    out.println(String.format(Locale.ROOT, "%5.1f s  %-14s %s", seconds, who, what));
  }
}
