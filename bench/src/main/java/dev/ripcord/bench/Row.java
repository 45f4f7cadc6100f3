package dev.ripcord.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One figure of ours beside the same of one peer. With several peers there are as many rows of that
 * name.
 *
 * @param group the group's name
 * @param name what was done: {@code derive + cancel, 2 threads}
 * @param unit of both figures: {@code ns/op}, {@code calls/s}
 * @param ours the median over the rounds; null if nothing could be measured here, and then the note
 *     says why
 * @param peer the peer's median; null if it could not be measured
 * @param peerName who the peer is; null if the figure has none
 * @param ratio below 1 means ours is better: ours / peer where less is better, peer / ours where
 *     more is; of the medians, or the median of the rounds' ratios where these were measured in
 *     pairs; null without a peer
 * @param spread the interquartile range of the rounds' ratios, as a share of their median; null
 *     without a peer
 * @param note what a reader has to know before believing it; null if nothing
 */
public record Row(
    String group,
    String name,
    String unit,
    @Nullable Double ours,
    @Nullable Double peer,
    @Nullable String peerName,
    @Nullable Double ratio,
    @Nullable Double spread,
    @Nullable String note) {

  /** From here on two runs may well disagree about who is ahead; the row says so. */
  static final double WIDE = 0.3;

  static final String WIDE_NOTE = "wide spread: the machine was busy, measure again";
  static final String BETWEEN_NOTES = "; ";

  /** Refuses what is not a figure: a row is measured, or it is not there. */
  public Row {
    Objects.requireNonNull(group, "group is null");
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(unit, "unit is null");
    requireFigure("ours", ours);
    requireFigure("peer", peer);
    requireFigure("ratio", ratio);
    requireFigure("spread", spread);
    if ((peer == null) != (ratio == null) || (ratio == null) != (spread == null)) {
      throw new IllegalArgumentException(
          "peer, ratio and spread come together: " + peer + ", " + ratio + ", " + spread);
    }
    if (ours == null && (peer != null || note == null)) {
      throw new IllegalArgumentException("nothing of ours, and nothing that says why");
    }
  }

  private static void requireFigure(String what, @Nullable Double figure) {
    if (figure != null && (!Double.isFinite(figure) || figure < 0)) {
      throw new IllegalArgumentException(what + " is " + figure);
    }
  }

  /** A row where less is better: times, bytes. */
  public static Row lessIsBetter(
      String group, String name, String unit, String peerName, Rounds rounds) {
    return of(group, name, unit, peerName, rounds, rounds.ratio());
  }

  /** A row where more is better, throughput: the ratio is turned round, so that below 1 is good. */
  public static Row moreIsBetter(
      String group, String name, String unit, String peerName, Rounds rounds) {
    return of(group, name, unit, peerName, rounds, 1 / rounds.ratio());
  }

  private static Row of(
      String group, String name, String unit, String peerName, Rounds rounds, double ratio) {
    Objects.requireNonNull(peerName, "peerName is null");
    String note = rounds.spread() > WIDE ? WIDE_NOTE : null;
    return new Row(
        group, name, unit, rounds.ours(), rounds.peer(), peerName, ratio, rounds.spread(), note);
  }

  /** A figure whose peer could not be measured, and {@code why}. */
  public static Row without(
      String group, String name, String unit, double ours, String peerName, String why) {
    return new Row(group, name, unit, ours, null, peerName, null, null, peerName + ": " + why);
  }

  /** What could not be measured here at all, and {@code why}. */
  public static Row skipped(String group, String name, String unit, String why) {
    return new Row(group, name, unit, null, null, null, null, null, "skipped: " + why);
  }

  /** A figure that has no peer. */
  public static Row alone(String group, String name, String unit, double ours) {
    return new Row(group, name, unit, ours, null, null, null, null, null);
  }

  /** This row with one thing more to know about it. */
  public Row withNote(String more) {
    String both = note == null ? more : note + BETWEEN_NOTES + more;
    return new Row(group, name, unit, ours, peer, peerName, ratio, spread, both);
  }

  /** Whether two runs may well disagree about it. */
  boolean isWide() {
    return spread != null && spread > WIDE;
  }

  /** What the note says beside {@link #WIDE_NOTE}; null if nothing. */
  @Nullable String furtherNote() {
    if (note == null || note.equals(WIDE_NOTE)) {
      return null;
    }
    String wide = WIDE_NOTE + BETWEEN_NOTES;
    return note.startsWith(wide) ? note.substring(wide.length()) : note;
  }

  /** As it stands in the JSON. */
  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("group", group);
    json.put("name", name);
    json.put("unit", unit);
    json.put("ours", ours);
    json.put("peer", peer);
    json.put("peer_name", peerName);
    json.put("ratio", ratio);
    json.put("spread", spread);
    if (note != null) {
      json.put("note", note);
    }
    return json;
  }
}
