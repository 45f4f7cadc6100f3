package dev.ripcord.bench.rpc;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.cascade.Child;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** {@code ripcord bench --only rpc}. */
public final class RpcGroup implements Group {
  private static final String RIPCORD = "ripcord";
  private static final String SILENT = "ripcord-silent";
  private static final List<Integer> VALUES = List.of(4, Side.MOST_VALUES);
  private static final Contender BARE = new Contender("bare", 0);
  private static final double NANOS_PER_MICRO = 1e3;

  /** A process, and how many values its callers carry. */
  private record Contender(String side, int values) {}

  /**
   * What is called, how many calls are in flight, and how many streams the server allows a
   * connection; 0 for any number.
   */
  private record Work(String kind, int atATime, int streams) {
    String order(Contender contender, int millis) {
      return String.join(
          " ",
          kind,
          Integer.toString(atATime),
          Integer.toString(contender.values()),
          Integer.toString(millis),
          Integer.toString(streams));
    }

    @Override
    public String toString() {
      return kind + " x" + atATime + (streams == 0 ? "" : ", streams at once: " + streams);
    }
  }

  private static final List<Work> WORK =
      List.of(
          new Work("unary", 1, 0),
          new Work("unary", 64, 0),
          new Work("stream", 64, 0),
          new Work("unary", 16, 1),
          new Work("unary", 16, 2),
          new Work("unary", 16, 3));

  /**
   * How long it takes. Each fork has new processes: the machine code differs from one to another.
   */
  private record Pace(int forks, int warmUps, int rounds, int blockMillis) {
    static final Pace QUICK = new Pace(1, 12, 7, 200);
    static final Pace FULL = new Pace(4, 20, 12, 300);
  }

  /** A group that has measured nothing yet. */
  public RpcGroup() {}

  @Override
  public String name() {
    return "rpc";
  }

  @Override
  public String purpose() {
    return "what a call over a real socket costs, client and server together";
  }

  @Override
  public void run(Run run) throws Exception {
    Pace pace = run.quick() ? Pace.QUICK : Pace.FULL;
    Map<Work, Map<Contender, List<Load.Result>>> results = new LinkedHashMap<>();
    for (int fork = 0; fork < pace.forks(); fork++) {
      measure(pace, fork, results);
    }
    results.forEach((work, those) -> report(run, work, those));
  }

  private static List<Contender> contenders(Work work) {
    List<Contender> contenders = new ArrayList<>(List.of(BARE, new Contender(RIPCORD, 0)));
    if (work.streams() == 0) {
      contenders.add(new Contender(SILENT, 0));
    }
    // What a value costs, it costs once a call.
    boolean withValues = work.kind().equals("unary") && work.streams() == 0;
    for (int values : withValues ? VALUES : List.<Integer>of()) {
      for (String side : List.of("copying", RIPCORD, SILENT)) {
        contenders.add(new Contender(side, values));
      }
    }
    return contenders;
  }

  private static void measure(
      Pace pace, int fork, Map<Work, Map<Contender, List<Load.Result>>> results)
      throws IOException {
    Map<String, Child> processes = new HashMap<>();
    try {
      for (String side : List.of("bare", "copying", RIPCORD, SILENT)) {
        processes.put(side, process(side));
      }
      for (Work work : WORK) {
        Map<Contender, List<Load.Result>> those =
            results.computeIfAbsent(work, none -> new LinkedHashMap<>());
        List<Contender> order = contenders(work);
        warmUp(pace, work, order, processes);
        for (int round = 0; round < pace.rounds(); round++) {
          Collections.shuffle(order, new Random(1000L * fork + round));
          for (Contender each : order) {
            Load.Result result = ask(processes, each, work.order(each, pace.blockMillis()));
            those.computeIfAbsent(each, none -> new ArrayList<>()).add(result);
          }
        }
      }
    } finally {
      processes.values().forEach(Child::close);
    }
  }

  /** Every process as long, whatever it has to carry. */
  private static void warmUp(
      Pace pace, Work work, List<Contender> contenders, Map<String, Child> processes)
      throws IOException {
    for (String side : processes.keySet()) {
      List<Contender> its =
          contenders.stream().filter(contender -> contender.side().equals(side)).toList();
      // Where streams are scarce it is the same code again.
      int blocks = work.streams() == 0 ? pace.warmUps() : pace.warmUps() / 3;
      for (int block = 0; !its.isEmpty() && block < blocks; block++) {
        Contender each = its.get(block % its.size());
        ask(processes, each, work.order(each, pace.blockMillis()));
      }
    }
  }

  private static Child process(String side) throws IOException {
    Child child =
        Child.java(
            "rpc " + side,
            Map.of(),
            "-cp",
            System.getProperty("java.class.path"),
            RpcProcess.class.getName(),
            side);
    try {
      child.awaitReady("side");
      return child;
    } catch (IOException e) {
      child.close();
      throw e;
    }
  }

  private static Load.Result ask(Map<String, Child> processes, Contender contender, String order)
      throws IOException {
    Child process = processes.get(contender.side());
    String answer = process == null ? null : process.ask(order);
    if (answer == null) {
      throw new IOException("the process of " + contender + " ended at: " + order);
    }
    return Load.Result.parse(answer);
  }

  private static void report(Run run, Work work, Map<Contender, List<Load.Result>> results) {
    for (String side : List.of(RIPCORD, SILENT)) {
      row(run, work, results, new Contender(side, 0), BARE);
      for (int values : VALUES) {
        row(run, work, results, new Contender(side, values), new Contender("copying", values));
      }
    }
  }

  private static void row(
      Run run,
      Work work,
      Map<Contender, List<Load.Result>> results,
      Contender ours,
      Contender peer) {
    List<Load.Result> mine = results.get(ours);
    List<Load.Result> theirs = results.get(peer);
    if (mine == null || theirs == null) {
      return;
    }
    String what =
        work
            + (ours.values() == 0 ? "" : ", " + ours.values() + " values")
            + (ours.side().equals(SILENT) ? ", reasons off" : "");
    String who = peer.equals(BARE) ? "bare grpc-java" : "header-copying interceptor";
    run.row(
        Row.moreIsBetter(
            "rpc", what, "calls/s", who, rounds(mine, theirs, Load.Result::callsPerSecond)));
    if (work.streams() > 0) {
      return; // the times are those of the queue
    }
    run.row(
        Row.lessIsBetter(
            "rpc",
            what + ", p50",
            "us",
            who,
            rounds(mine, theirs, result -> result.p50() / NANOS_PER_MICRO)));
    run.row(
        Row.lessIsBetter(
            "rpc",
            what + ", p99",
            "us",
            who,
            rounds(mine, theirs, result -> result.p99() / NANOS_PER_MICRO)));
    run.row(
        Row.lessIsBetter(
            "rpc",
            what + ", allocated",
            "B/call",
            who,
            rounds(mine, theirs, Load.Result::bytesPerCall)));
  }

  private static Rounds rounds(
      List<Load.Result> ours, List<Load.Result> peers, ToDoubleFunction<Load.Result> figure) {
    return Rounds.of(
        ours.stream().map(figure::applyAsDouble).toList(),
        peers.stream().map(figure::applyAsDouble).toList());
  }
}
