package dev.ripcord.bench.rpc;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Pictures;
import dev.ripcord.bench.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * {@code ripcord bench --only rpc}.
 *
 * <p>A side's process, client and server in one, is idle but for its turns, which are short; the
 * sides follow each other in an order that chance makes anew each time. Some turns of all make a
 * round, whose figures are those of all its calls. On two cores a turn alone varies by 15 %, even
 * when nothing else runs, as the threads fall into step with each other or do not; so many in a row
 * cancel that out, and whatever goes on for longer hits all sides alike. The ratio is the median of
 * the rounds' ratios. Processes differ, too, by what the compiler makes of the same code, and a
 * spread has that in it: the rounds are those of several processes. In a long run bare grpc-java in
 * two processes stands beside itself as the control.
 *
 * <p>Throughput is that of 64 asynchronous calls in flight, each making the next when it ends: that
 * keeps both cores at work, and figures of it say what a call costs. A single blocking caller waits
 * most of the time, and says how long a call takes; its calls per second are those of five threads
 * waking each other. CPU time is that of all threads but the compiler's and the collector's, and
 * what else runs on the machine is not in it.
 */
public final class RpcGroup implements Group {

  /**
   * How long it takes. Each fork has new processes: the machine code differs from one to another.
   *
   * @param warmUps turns of a side before it is measured; until the compiler is done with it
   */
  private record Pace(int forks, int warmUps, int rounds, int turnMillis) {
    static final Pace QUICK = new Pace(2, 92, 4, 50);
    static final Pace FULL = new Pace(4, 200, 8, 100);
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
  public Duration budget() {
    return Duration.ofSeconds(110);
  }

  @Override
  public void run(Run run) throws Exception {
    Pace pace = run.quick() ? Pace.QUICK : Pace.FULL;
    Map<Work, Map<Contender, List<Load.Result>>> results = new LinkedHashMap<>();
    Map<String, String> missing = new HashMap<>();
    for (int fork = 0; fork < pace.forks(); fork++) {
      new Fork(fork, run.quick(), pace, new Random(fork), results, missing).run();
    }
    RpcRows rows = new RpcRows(run, missing);
    results.forEach(rows::report);
    run.plot(
        Pictures.ratios(
            "Throughput beside grpc-java and its interceptors",
            run.rows("rpc").stream().filter(row -> row.unit().equals("calls/s")).toList()));
  }

  /** One set of processes, from their start to their end. */
  private record Fork(
      int number,
      boolean quick,
      Pace pace,
      Random random,
      Map<Work, Map<Contender, List<Load.Result>>> results,
      Map<String, String> missing) {

    void run() throws IOException {
      Set<Contender> all = new LinkedHashSet<>();
      Work.ALL.forEach(work -> all.addAll(work.contenders(quick)));
      List<Work> works = Work.ALL.stream().filter(work -> work.isIn(number, quick)).toList();
      try (Sides sides = Sides.start(all, missing)) {
        for (Work work : works) {
          List<Contender> order = new ArrayList<>(work.contenders(quick));
          warmUp(sides, work, order);
          for (int round = 0; round < pace.rounds(); round++) {
            measure(sides, work, order);
          }
        }
      }
    }

    /** Every process as long, whatever it has to carry; less where it is known code again. */
    private void warmUp(Sides sides, Work work, List<Contender> contenders) throws IOException {
      int known = Work.ALL.indexOf(work);
      int turns = known == 0 ? pace.warmUps() : pace.warmUps() / (work.streams() > 0 ? 20 : 8);
      for (String process : contenders.stream().map(Contender::process).distinct().toList()) {
        List<Contender> its =
            contenders.stream().filter(each -> each.process().equals(process)).toList();
        for (int turn = 0; turn < Math.max(turns, its.size()); turn++) {
          Contender each = its.get(turn % its.size());
          sides.ask(each, work.order(each, pace.turnMillis()));
        }
        for (Contender each : its) {
          sides.ask(each, work.take(each));
        }
      }
    }

    private void measure(Sides sides, Work work, List<Contender> order) throws IOException {
      for (int turn = 0; turn < work.share(); turn++) {
        Collections.shuffle(order, random);
        for (Contender each : order) {
          sides.ask(each, work.order(each, pace.turnMillis()));
        }
      }
      for (Contender each : order) {
        String result = sides.ask(each, work.take(each));
        if (result != null) {
          results
              .computeIfAbsent(work, none -> new HashMap<>())
              .computeIfAbsent(each, none -> new ArrayList<>())
              .add(Load.Result.parse(result));
        }
      }
    }
  }
}
