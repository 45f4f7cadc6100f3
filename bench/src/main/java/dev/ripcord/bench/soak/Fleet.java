package dev.ripcord.bench.soak;

import dev.ripcord.bench.cascade.Child;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The four processes of one side, and those that were there before them. */
final class Fleet implements AutoCloseable {
  private static final String CALLER = "caller"; // its role, and the field it is ready with
  private static final long PATIENCE_SECONDS = 30;
  private static final long BETWEEN_LOOKS_MILLIS = 100;
  private static final int AT_WORK = 500; // calls, of a caller that is to be killed

  private final String side;
  private final Random random;
  private final Tally tally = new Tally();
  private final Child steadyCallee;
  private final Child steadyCaller;
  private final int mortalPort;
  private final String ports;
  private Child mortalCallee;
  private Child mortalCaller;

  private Fleet(String side, Random random, List<Child> started) throws IOException {
    this.side = side;
    this.random = random;
    steadyCallee = start(started, "callee", "0");
    mortalCallee = start(started, "callee", "0");
    int steadyPort = Integer.parseInt(steadyCallee.awaitReady("port"));
    mortalPort = Integer.parseInt(mortalCallee.awaitReady("port"));
    ports = steadyPort + "," + mortalPort;
    steadyCaller = startCaller(started, false);
    mortalCaller = startCaller(started, true);
    steadyCaller.awaitReady(CALLER);
    mortalCaller.awaitReady(CALLER);
  }

  static Fleet start(String side, Random random) throws IOException {
    List<Child> started = new ArrayList<>();
    try {
      return new Fleet(side, random, started);
    } catch (IOException | RuntimeException e) {
      started.forEach(Child::close);
      throw e;
    }
  }

  private Child start(List<Child> started, String... role) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-cp", System.getProperty("java.class.path"), SoakProcess.class.getName(), side));
    arguments.addAll(List.of(role));
    Child child =
        Child.java("soak " + side + " " + role[0], Map.of(), arguments.toArray(new String[0]));
    started.add(child);
    return child;
  }

  private Child startCaller(List<Child> started, boolean mortal) throws IOException {
    return start(
        started, CALLER, ports, Boolean.toString(mortal), Long.toString(random.nextLong()));
  }

  private static String ask(Child child, String order) throws IOException {
    String answer = child.ask(order);
    if (answer == null) {
      throw new IOException("a process ended at: " + order);
    }
    return answer;
  }

  private List<Child> callers() {
    return List.of(steadyCaller, mortalCaller);
  }

  void begin() throws IOException {
    for (Child caller : callers()) {
      ask(caller, "begin");
    }
  }

  /** No more calls; those that are open end. */
  void drain() throws IOException {
    for (Child caller : callers()) {
      tally.lost += Integer.parseInt(ask(caller, "drain"));
    }
  }

  /** Load for so long; calls a second that ended as planned. */
  double calm(long millis) throws IOException, InterruptedException {
    double before = good();
    long start = System.nanoTime();
    begin();
    TimeUnit.MILLISECONDS.sleep(millis);
    drain();
    return (good() - before) * 1e9 / (System.nanoTime() - start);
  }

  private double good() throws IOException {
    double sum = 0;
    for (Child caller : callers()) {
      sum += good(caller);
    }
    return sum;
  }

  private static double good(Child caller) throws IOException {
    return Double.parseDouble(ask(caller, "calls").split(" ", -1)[0]);
  }

  /** Kills a callee in the midst of its calls, and puts another in its place. */
  void killCallee() throws IOException {
    for (Child caller : callers()) {
      ask(caller, "down");
    }
    tally.ends(ask(mortalCallee, "ends"));
    mortalCallee.kill();
    mortalCallee = start(new ArrayList<>(), "callee", Integer.toString(mortalPort));
    mortalCallee.awaitReady("port");
    for (Child caller : callers()) {
      ask(caller, "up");
    }
    tally.calleesKilled++;
  }

  /** Kills a caller in the midst of its calls, and puts another in its place. */
  void killCaller() throws IOException, InterruptedException {
    awaitAtWork(mortalCaller);
    ends(mortalCaller);
    mortalCaller.kill();
    mortalCaller = startCaller(new ArrayList<>(), true);
    mortalCaller.awaitReady(CALLER);
    ask(mortalCaller, "begin");
    tally.callersKilled++;
  }

  /** A JVM that has just begun has hardly a call open: its death would prove nothing. */
  private static void awaitAtWork(Child caller) throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (good(caller) < AT_WORK && System.nanoTime() - until < 0) {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS / 10);
    }
  }

  private void ends(Child caller) throws IOException {
    tally.calls(ask(caller, "calls"));
    tally.untold += Long.parseLong(ask(caller, "untold"));
  }

  /** What it came to. The load is over; to be asked once. */
  Tally tally() throws IOException {
    for (Child caller : callers()) {
      ends(caller);
    }
    tally.ends(ask(steadyCallee, "ends"));
    tally.ends(ask(mortalCallee, "ends"));
    return tally;
  }

  Levels levels() throws IOException {
    return new Levels(
        Level.parse(ask(steadyCallee, "level")), Level.parse(ask(steadyCaller, "level")));
  }

  /** When all calls have ended and what is left of them is gone; or, too late, as it is then. */
  Levels settledLevels() throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Levels levels = levels();
    while (!levels.callee().isSettled() && System.nanoTime() - until < 0) {
      TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
      levels = levels();
    }
    return levels;
  }

  /** Of the processes that stay. */
  record Levels(Level callee, Level caller) {}

  @Override
  public void close() {
    for (Child each : List.of(steadyCaller, mortalCaller, steadyCallee, mortalCallee)) {
      each.close();
    }
  }
}
