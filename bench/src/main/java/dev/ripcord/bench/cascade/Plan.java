package dev.ripcord.bench.cascade;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a handler is to do for a run: make calls, or wait for its end. As text, {@code 17:3@0;1@1,2}
 * is run 17: three calls to node 0, each of which makes one, in turns to nodes 1 and 2, which wait.
 * With {@code !} at the end those at the bottom do not wait, but listen.
 *
 * @param run its number
 * @param levels the calls that each handler of the level above makes, from here on downwards
 * @param listening whether handlers at the bottom leave a listener instead of blocking their thread
 */
public record Plan(long run, List<Level> levels, boolean listening) {
  private static final String LISTENING = "!";

  /** So many calls, to these nodes in turn. */
  public record Level(int calls, List<Integer> nodes) {
    static Level parse(String text) {
      int at = text.indexOf('@');
      return new Level(
          Integer.parseInt(text.substring(0, at)),
          Stream.of(text.substring(at + 1).split(",", -1)).map(Integer::valueOf).toList());
    }

    /** Where the call of that number goes. */
    public int node(int call) {
      return nodes.get(call % nodes.size());
    }

    @Override
    public String toString() {
      return calls + "@" + nodes.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
  }

  /** What {@link #toString} was. */
  public static Plan parse(String text) {
    boolean listening = text.endsWith(LISTENING);
    int colon = text.indexOf(':');
    String levels = text.substring(colon + 1, text.length() - (listening ? 1 : 0));
    return new Plan(
        Long.parseLong(text.substring(0, colon)),
        levels.isEmpty() ? List.of() : Stream.of(levels.split(";", -1)).map(Level::parse).toList(),
        listening);
  }

  /** Whether its handler makes no calls. */
  public boolean isBottom() {
    return levels.isEmpty();
  }

  /** The calls that its handler makes. */
  public Level next() {
    return levels.get(0);
  }

  /** What the next level's handlers are told. */
  public Plan below() {
    return new Plan(run, levels.subList(1, levels.size()), listening);
  }

  /** How many handlers there will be on each node. */
  public SortedMap<Integer, Integer> handlers() {
    SortedMap<Integer, Integer> handlers = new TreeMap<>();
    count(handlers);
    return handlers;
  }

  private void count(SortedMap<Integer, Integer> handlers) {
    for (int call = 0; !isBottom() && call < next().calls(); call++) {
      handlers.merge(next().node(call), 1, Integer::sum);
      below().count(handlers);
    }
  }

  @Override
  public String toString() {
    return run
        + ":"
        + levels.stream().map(Level::toString).collect(Collectors.joining(";"))
        + (listening ? LISTENING : "");
  }
}
