package dev.ripcord.client.demo;

import dev.ripcord.client.cli.Terminal;
import dev.ripcord.client.cli.Terminal.Style;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One run of the demo, from the first process to the last. However it ends - well, badly, by an
 * exception or by Ctrl-C - its processes end with it.
 */
final class Performance implements AutoCloseable {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int SHOW_PROGRESS_EVERY = 25;

  private final Cluster cluster;
  private final Terminal terminal;
  private final Picture picture;
  private final Thread onCtrlC;
  private final long begunNanos = System.nanoTime();
  private volatile boolean interrupted; // once, by the hook
  private @Nullable Stage stage; // null until the cluster has started

  private Performance(Cluster cluster, Terminal terminal) {
    this.cluster = cluster;
    this.terminal = terminal;
    this.picture = new Picture(terminal);
    this.onCtrlC = new Thread(this::interrupt, "stop everything");
  }

  static Performance prepare(Path serverJar, Terminal terminal) throws CannotRun {
    Performance performance = new Performance(Cluster.of(serverJar), terminal);
    Runtime.getRuntime().addShutdownHook(performance.onCtrlC);
    return performance;
  }

  private void interrupt() {
    interrupted = true;
    say("");
    say("stopping everything");
    cluster.close();
  }

  /** Has a page shown, once the processes are started. */
  void withPage() throws CannotRun {
    cluster.withPage();
  }

  /** Starts the processes and waits until they do their work. */
  void start() throws CannotRun, InterruptedException {
    say(terminal.styled(Style.STRONG, "PostgreSQL and four services, each a process of its own"));
    try {
      cluster.start(this::tell);
      stage = Stage.on(cluster);
    } catch (CannotRun | RuntimeException e) {
      awaitStopIfInterrupted();
      throw e instanceof CannotRun known
          ? known
          : new CannotRun("The services do not work: " + e, e);
    }
  }

  private void tell(Ready ready) {
    String who =
        String.format(
            Locale.ROOT,
            "   %-9s %-16s pid %-8d %s",
            ready.role(),
            ready.instance(),
            ready.pid(),
            ready.address());
    say(who + terminal.styled(Style.FAINT, "   ready after " + elapsed()));
  }

  /** Plays each scenario as often as wanted; shows the first time only, and whatever fails. */
  List<Outcome> play(List<Scenario> scenarios, int times) throws InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      picture.announce(scenario);
      for (int run = 1; run <= times; run++) {
        Outcome outcome = scenario.play(Objects.requireNonNull(stage, "not started"));
        awaitStopIfInterrupted();
        outcomes.add(outcome);
        show(outcome, run, times);
      }
    }
    return outcomes;
  }

  private void show(Outcome outcome, int run, int times) {
    if (run == 1 || !outcome.ok()) {
      picture.draw(outcome);
    }
    if (run > 1 && (run % SHOW_PROGRESS_EVERY == 0 || run == times)) {
      say(terminal.styled(Style.FAINT, "   run " + run + " of " + times));
    }
  }

  /** The last words. */
  void conclude(List<Outcome> outcomes, int times) {
    say("");
    if (times > 1) {
      Latencies latencies = Latencies.of(outcomes);
      say(
          "deepest node, from the cancel to the handler's return, over "
              + latencies.micros().size()
              + " runs: median "
              + Times.ofMicros(latencies.median())
              + ", p99 "
              + Times.ofMicros(latencies.p99()));
    }
    List<Outcome> failed = outcomes.stream().filter(outcome -> !outcome.ok()).toList();
    if (failed.isEmpty()) {
      say(
          terminal.tick()
              + " "
              + outcomes.size()
              + " of "
              + outcomes.size()
              + " scenarios held, "
              + elapsed()
              + " in all");
    } else {
      say(
          terminal.cross()
              + " "
              + failed.size()
              + " of "
              + outcomes.size()
              + " scenarios did not hold");
      cluster.keepLogs();
      say("   the services' logs are in " + cluster.folder());
    }
  }

  /** Waits for Ctrl-C. */
  void keep() throws InterruptedException {
    say("");
    say("everything runs until you press Ctrl-C; in a browser, to press cancel and watch:");
    say("   " + cluster.page());
    say("in another shell:");
    for (String hint : hints()) {
      say("   " + hint);
    }
    say("   logs: " + cluster.folder());
    new CountDownLatch(1).await();
  }

  private List<String> hints() {
    String home = System.getProperty("ripcord.home");
    String ripcord = home == null ? "ripcord" : home + "/ripcord";
    String gateway = " --gateway " + cluster.address("gateway");
    return List.of(
        ripcord + " call login --user alice --password 'correct horse alice'" + gateway,
        ripcord
            + " call overview --user alice --password 'correct horse alice' --load heavy --timeout 5s"
            + gateway,
        ripcord + " call export north" + gateway,
        ripcord + " call query sales_report region=north --db " + cluster.address("db"),
        ripcord + " call activity --db " + cluster.address("db"),
        "RIPCORD_INSTANCES=" + String.join(",", cluster.addresses()) + " " + ripcord + " watch");
  }

  /**
   * The hook stops everything and then the JVM ends: there is nothing left to do or to say for this
   * thread.
   */
  private void awaitStopIfInterrupted() throws InterruptedException {
    if (interrupted) {
      onCtrlC.join();
      new CountDownLatch(1).await();
    }
  }

  private String elapsed() {
    return String.format(
        Locale.ROOT, "%.1f s", (System.nanoTime() - begunNanos) / NANOS_PER_SECOND);
  }

  private void say(String line) {
    terminal.out().println(line);
  }

  @Override
  public void close() {
    if (stage != null) {
      stage.close();
    }
    cluster.close();
    try {
      Runtime.getRuntime().removeShutdownHook(onCtrlC);
    } catch (IllegalStateException alreadyEnding) {
      // Then it runs, and finds nothing to do.
    }
  }
}
