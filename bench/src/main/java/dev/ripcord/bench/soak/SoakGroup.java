package dev.ripcord.bench.soak;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.plot.Axis;
import dev.ripcord.bench.plot.Curves;
import dev.ripcord.bench.plot.Curves.Curve;
import dev.ripcord.bench.plot.Curves.Point;
import dev.ripcord.bench.soak.Fleet.Levels;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** {@code ripcord bench --only soak}. */
public final class SoakGroup implements Group {
  private static final String WARM = "after warm-up";
  private static final double GROWN = 1.2; // times the level after warm-up, and then some
  private static final double PERCENT = 100;
  private static final double MILLIS_PER_SECOND = 1e3;

  /**
   * How long it takes: first ours and bare grpc-java undisturbed, since a process that has just
   * begun is slow, both at once and then in turns; then ours with kills. Ours is under load for
   * half a minute, or for ten.
   */
  private record Pace(int warmUpMillis, int turns, int turnMillis, int rounds, int roundMillis) {
    static final Pace QUICK = new Pace(6_000, 4, 1_500, 5, 3_000);
    static final Pace FULL = new Pace(30_000, 20, 4_000, 61, 8_000);
  }

  /** A group that has measured nothing yet. */
  public SoakGroup() {}

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String purpose() {
    return "whether anything grows, is lost or ends for a wrong reason, under load and kills";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(60);
  }

  @Override
  public void run(Run run) throws Exception {
    long seed = Long.getLong("ripcord.soak.seed", System.nanoTime());
    run.note("seed " + seed + "; RIPCORD_JAVA_OPTS=-Dripcord.soak.seed=" + seed + " repeats it");
    Random random = new Random(seed);
    try (Fleet ours = Fleet.start("ripcord", random);
        Fleet bare = Fleet.start("bare", random)) {
      new Soak(run, run.quick() ? Pace.QUICK : Pace.FULL, random, ours, bare).all();
    }
  }

  /** One run of it. */
  private static final class Soak {
    private final Run run;
    private final Pace pace;
    private final Random random;
    private final Fleet ours;
    private final Fleet bare;
    private final List<Double> seconds = new ArrayList<>();
    private final List<Levels> levels = new ArrayList<>();
    private final List<Double> oursPerSecond = new ArrayList<>();
    private final List<Double> barePerSecond = new ArrayList<>();
    private long loadMillis; // of the rounds so far

    Soak(Run run, Pace pace, Random random, Fleet ours, Fleet bare) {
      this.run = run;
      this.pace = pace;
      this.random = random;
      this.ours = ours;
      this.bare = bare;
    }

    void all() throws IOException, InterruptedException {
      warmUp();
      for (int turn = 0; turn < pace.turns(); turn++) {
        turn(turn % 2 == 0);
      }
      ours.begin();
      ours.killCallee();
      ours.killCaller();
      ours.drain();
      Levels warm = ours.settledLevels();
      look(0, warm);
      for (int round = 0; round < pace.rounds(); round++) {
        round((round + 1L) * pace.roundMillis());
        look(loadMillis / MILLIS_PER_SECOND, ours.levels());
      }
      report(warm, ours.settledLevels(), ours.tally());
      run.plot(curves());
    }

    private void warmUp() throws IOException, InterruptedException {
      bare.begin();
      ours.begin();
      TimeUnit.MILLISECONDS.sleep(pace.warmUpMillis());
      bare.drain();
      ours.drain();
    }

    private void turn(boolean oursFirst) throws IOException, InterruptedException {
      if (oursFirst) {
        oursPerSecond.add(ours.calm(pace.turnMillis()));
      }
      barePerSecond.add(bare.calm(pace.turnMillis()));
      if (!oursFirst) {
        oursPerSecond.add(ours.calm(pace.turnMillis()));
      }
    }

    /** Until there has been so much load with kills: a round that took longer shortens the next. */
    private void round(long untilMillis) throws IOException, InterruptedException {
      long begin = System.nanoTime();
      long nanos = TimeUnit.MILLISECONDS.toNanos(untilMillis - loadMillis);
      ours.begin();
      while (System.nanoTime() - begin < nanos) {
        TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(400));
        if (random.nextBoolean()) {
          ours.killCallee();
        } else {
          ours.killCaller();
        }
      }
      loadMillis += TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      ours.drain();
    }

    private void look(double second, Levels now) {
      seconds.add(second);
      levels.add(now);
    }

    private void report(Levels warm, Levels end, Tally tally) {
      run.row(
          Row.moreIsBetter(
              "soak",
              "calls that ended as planned",
              "calls/s",
              "bare grpc-java",
              Rounds.of(oursPerSecond, barePerSecond)));
      flat("callee", warm.callee(), end.callee());
      flat("caller", warm.caller(), end.caller());
      none("calls in the callee's registry when all have ended", end.callee().liveCalls());
      none("control streams at the callee when all have ended", end.callee().controlStreams());
      none("calls that never ended", tally.lost);
      none("calls that ended otherwise than planned", tally.unexplained);
      none("handlers that ended for a wrong reason", tally.wrong);
      run.row(
          Row.alone(
              "soak",
              "canceled calls whose callee could not be told",
              "calls",
              (double) tally.untold));
      run.note(
          String.format(
              java.util.Locale.ROOT,
              "%,d calls as planned, %,d excused by a kill; %,d handlers told why, %,d ended with"
                  + " their killed caller; killed: %d callees, %d callers",
              tally.good,
              tally.excused,
              tally.told,
              tally.killed,
              tally.calleesKilled,
              tally.callersKilled));
      if (tally.example != null) {
        run.note("the first that should not be: " + tally.example);
      }
    }

    private void flat(String who, Level warm, Level end) {
      flat(who + ": heap after a collection", "MB", warm.heapMb(), end.heapMb(), 2);
      flat(who + ": threads", "threads", warm.threads(), end.threads(), 2);
      if (warm.files() > 0) {
        flat(who + ": open descriptors", "files", warm.files(), end.files(), 4);
      }
    }

    private void flat(String name, String unit, double warm, double end, double slack) {
      Row row = Row.lessIsBetter("soak", name, unit, WARM, Rounds.of(List.of(end), List.of(warm)));
      run.row(end > GROWN * warm + slack ? row.withNote("has grown") : row);
    }

    private void none(String name, long found) {
      Row row = Row.alone("soak", name, "", (double) found);
      run.row(found == 0 ? row : row.withNote("must be none"));
    }

    private Curves curves() {
      Map<String, ToDoubleFunction<Levels>> kept = new LinkedHashMap<>();
      kept.put("callee: heap", each -> each.callee().heapMb());
      kept.put("callee: threads", each -> each.callee().threads());
      kept.put("callee: files", each -> Math.max(1, each.callee().files()));
      kept.put("caller: heap", each -> each.caller().heapMb());
      kept.put("caller: threads", each -> each.caller().threads());
      kept.put("caller: files", each -> Math.max(1, each.caller().files()));
      List<Curve> curves =
          kept.entrySet().stream().map(each -> curve(each.getKey(), each.getValue())).toList();
      List<Double> heights =
          curves.stream().flatMap(each -> each.points().stream()).map(Point::y).toList();
      return new Curves(
          "levels",
          "What the processes that stay keep, under load and kills",
          Axis.fromZero("seconds of load, with kills", seconds),
          Axis.fromZero("of the level after warm-up, %", heights),
          curves,
          false);
    }

    private Curve curve(String name, ToDoubleFunction<Levels> figure) {
      double first = figure.applyAsDouble(levels.get(0));
      List<Point> points = new ArrayList<>();
      for (int i = 0; i < levels.size(); i++) {
        points.add(
            new Point(seconds.get(i), PERCENT * figure.applyAsDouble(levels.get(i)) / first));
      }
      return new Curve(name, points);
    }
  }
}
