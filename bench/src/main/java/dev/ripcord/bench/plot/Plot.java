package dev.ripcord.bench.plot;

/** A picture of some rows, to stand beside their table. */
public interface Plot {

  /** What tells it from its group's other plots; part of a file's name. */
  String name();

  /** What it shows, in a line. */
  String title();

  /** The picture; the same for the same figures. */
  String svg();
}
