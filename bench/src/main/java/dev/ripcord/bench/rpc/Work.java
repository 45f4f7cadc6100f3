package dev.ripcord.bench.rpc;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is called and by whom.
 *
 * @param kind unary, or stream: messages to and fro, one after the other
 * @param atATime how many calls are in flight
 * @param streams how many the server allows a connection at once; 0 for any number
 * @param share of the time: how many turns a round has, beside those of the others
 */
record Work(String kind, int atATime, int streams, int share) {
  private static final List<Integer> VALUES = List.of(4, Side.MOST_VALUES);

  /** In the order in which it is done; the first is the throughput that is wanted. */
  static final List<Work> ALL =
      List.of(
          new Work("unary", 64, 0, 6),
          new Work("unary", 1, 0, 4),
          new Work("stream", 16, 0, 4),
          new Work("unary", 16, 1, 3),
          new Work("unary", 16, 2, 3),
          new Work("unary", 16, 3, 3));

  /** Who of ours beside whom. */
  record Pair(Contender ours, Contender peer) {}

  /** Whether it is done in that fork; quick: the first in all, the others in every other. */
  boolean isIn(int fork, boolean quick) {
    int at = ALL.indexOf(this);
    return !quick || at == 0 || at % 2 == fork % 2;
  }

  /** What is to be compared; quick: what reasons cost without values says it for those with. */
  List<Pair> pairs(boolean quick) {
    List<Pair> pairs = new ArrayList<>();
    pairs.add(new Pair(new Contender(Contender.RIPCORD, 0), Contender.BARE));
    if (streams > 0) {
      return pairs;
    }
    if (equals(ALL.get(0))) {
      pairs.add(new Pair(new Contender(Contender.RIPCORD, 0), Contender.NAMED));
    }
    pairs.add(new Pair(new Contender(Contender.SILENT, 0), Contender.BARE));
    for (int values : kind.equals("unary") ? VALUES : VALUES.subList(0, 1)) {
      Contender copying = new Contender(Contender.COPYING, values);
      pairs.add(new Pair(new Contender(Contender.RIPCORD, values), copying));
      if (!quick) {
        pairs.add(new Pair(new Contender(Contender.SILENT, values), copying));
      }
    }
    for (int values : List.of(0, VALUES.get(0))) {
      pairs.add(
          new Pair(
              new Contender(Contender.RIPCORD, values), new Contender(Contender.TRACED, values)));
    }
    if (!quick && equals(ALL.get(0))) {
      pairs.add(new Pair(Contender.BARE_AGAIN, Contender.BARE));
    }
    return pairs;
  }

  /** All who take part. */
  Set<Contender> contenders(boolean quick) {
    Set<Contender> contenders = new LinkedHashSet<>();
    for (Pair pair : pairs(quick)) {
      contenders.add(pair.ours());
      contenders.add(pair.peer());
    }
    return contenders;
  }

  /** What a process is told. */
  String order(Contender contender, int millis) {
    return String.join(
        " ",
        contender.side(),
        Integer.toString(contender.values()),
        Integer.toString(streams),
        kind,
        Integer.toString(atATime),
        Integer.toString(millis));
  }

  /** And to take what it came to. */
  String take(Contender contender) {
    return String.join(
        " ",
        contender.side(),
        Integer.toString(contender.values()),
        Integer.toString(streams),
        RpcProcess.TAKE);
  }

  @Override
  public String toString() {
    return kind + " x" + atATime + (streams == 0 ? "" : ", streams at once: " + streams);
  }
}
