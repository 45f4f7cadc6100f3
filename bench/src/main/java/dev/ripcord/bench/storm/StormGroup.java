package dev.ripcord.bench.storm;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.cascade.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** {@code ripcord bench --only storm}. */
public final class StormGroup implements Group {
  private static final int SANE_RESETS = 100; // in half a minute
  private static final int BLOCK_MILLIS = 700;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final String BARE = "bare grpc-java";

  /** A process, and what has come of its storms. */
  private record Contender(Child process, List<Storm.Result> results) implements AutoCloseable {
    static Contender start(String variant, int resets) throws IOException {
      Child child =
          Child.java(
              "storm " + variant,
              Map.of(),
              "-cp",
              System.getProperty("java.class.path"),
              StormProcess.class.getName(),
              variant,
              Integer.toString(resets));
      try {
        child.awaitReady("port");
        return new Contender(child, new ArrayList<>());
      } catch (IOException e) {
        child.close();
        throw e;
      }
    }

    void blow(boolean counts) throws IOException {
      String answer = process.ask(Integer.toString(BLOCK_MILLIS));
      if (answer == null) {
        throw new IOException("a process of the storm ended");
      }
      if (counts) {
        results.add(Storm.Result.parse(answer));
      }
    }

    @Override
    public void close() {
      process.close();
    }
  }

  /** A group that has measured nothing yet. */
  public StormGroup() {}

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public String purpose() {
    return "100,000 cancels a second offered on one connection, beside calls that are to live";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(25);
  }

  @Override
  public void run(Run run) throws Exception {
    int warmUps = run.quick() ? 2 : 5;
    int rounds = run.quick() ? 4 : 20;
    try (Contender ours = Contender.start("ripcord", 0);
        Contender peer = Contender.start("bare", 0);
        Contender oursLimited = Contender.start("ripcord", SANE_RESETS);
        Contender peerLimited = Contender.start("bare", SANE_RESETS)) {
      for (int round = -warmUps; round < rounds; round++) {
        for (Contender each : List.of(ours, peer, oursLimited, peerLimited)) {
          each.blow(round >= 0);
        }
      }
      report(run, ours.results(), peer.results());
      limited(run, oursLimited.results(), peerLimited.results(), peer.results());
    }
  }

  private static void report(Run run, List<Storm.Result> ours, List<Storm.Result> peers) {
    run.row(
        survived(
            Row.moreIsBetter(
                "storm",
                "cancels",
                "cancels/s",
                BARE,
                rounds(ours, peers, Storm.Result::perSecond)),
            ours));
    run.row(
        Row.lessIsBetter(
            "storm",
            "a call beside them, p99",
            "us",
            BARE,
            rounds(ours, peers, result -> result.echoNanos() / NANOS_PER_MICRO)));
  }

  /** Beside a peer that is allowed to reset, since the one that is not does not live. */
  private static void limited(
      Run run, List<Storm.Result> ours, List<Storm.Result> peers, List<Storm.Result> unlimited) {
    String name = "cancels, " + SANE_RESETS + " resets in 30 s allowed";
    if (connections(peers) == 1) {
      run.row(
          Row.moreIsBetter(
              "storm", name, "cancels/s", BARE, rounds(ours, peers, Storm.Result::perSecond)));
      return;
    }
    run.row(
        survived(
            Row.moreIsBetter(
                "storm",
                name,
                "cancels/s",
                BARE + " unlimited",
                rounds(ours, unlimited, Storm.Result::perSecond)),
            ours));
    run.row(
        Row.without(
            "storm",
            name + ": connections",
            "",
            connections(ours),
            BARE,
            "was cut "
                + (connections(peers) - 1)
                + " times, and "
                + failed(peers)
                + " other calls with it"));
  }

  private static Row survived(Row row, List<Storm.Result> ours) {
    return connections(ours) == 1 && failed(ours) == 0
        ? row
        : row.withNote(
            "connections: " + connections(ours) + ", other calls that failed: " + failed(ours));
  }

  private static int connections(List<Storm.Result> results) {
    return results.get(results.size() - 1).connections();
  }

  private static int failed(List<Storm.Result> results) {
    return results.stream().mapToInt(Storm.Result::failed).sum();
  }

  private static Rounds rounds(
      List<Storm.Result> ours, List<Storm.Result> peers, ToDoubleFunction<Storm.Result> figure) {
    return Rounds.of(
        ours.stream().map(figure::applyAsDouble).toList(),
        peers.stream().map(figure::applyAsDouble).toList());
  }
}
