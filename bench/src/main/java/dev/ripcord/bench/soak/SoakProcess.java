package dev.ripcord.bench.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * One process: {@code SoakProcess SIDE callee PORT}, or {@code SoakProcess SIDE caller PORT,PORT
 * MORTAL SEED}. Reads lines, does so, and prints what came of it:
 *
 * <ul>
 *   <li>{@code level}: what it keeps
 *   <li>{@code ends}, to a callee: how handlers have ended
 *   <li>{@code begin}, {@code drain}, to a caller: calls, or no more, and how many are lost
 *   <li>{@code untold}, to a caller: how many cancels its callees could not be told of
 *   <li>{@code down}, {@code up}, to a caller: the mortal callee is going to be away, or is back
 *   <li>{@code calls}, to a caller: how they have ended
 * </ul>
 *
 * <p>Ends with its standard input.
 */
final class SoakProcess {
  private static final int THREADS = 4; // the same for all, so that one can tell whether they grow

  private final Side side;
  private final Callee callee;
  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

  private SoakProcess(Side side) {
    this.side = side;
    this.callee = new Callee(side);
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws Exception {
    SoakProcess process = new SoakProcess(Side.named(arguments[0]));
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[1].equals("callee")) {
      process.callee(Integer.parseInt(arguments[2]), input);
    } else {
      process.caller(arguments, input);
    }
    System.exit(0);
  }

  private void callee(int port, BufferedReader input) throws IOException {
    System.out.println("READY port=" + callee.serve(port, executor));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(line.equals("level") ? level() : callee.ends());
    }
  }

  private Level level() {
    return Level.of(side.liveCalls(), callee.controlStreams());
  }

  private void caller(String[] arguments, BufferedReader input) throws Exception {
    List<Integer> ports = Stream.of(arguments[2].split(",", -1)).map(Integer::valueOf).toList();
    Callees callees = new Callees(side, ports, executor);
    Caller caller =
        new Caller(
            side,
            callees,
            Boolean.parseBoolean(arguments[3]),
            Long.parseLong(arguments[4]),
            executor);
    System.out.println("READY caller=1");
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(answer(line, caller, callees));
    }
  }

  private Object answer(String order, Caller caller, Callees callees) throws InterruptedException {
    return switch (order) {
      case "level" -> level();
      case "begin" -> said(caller::begin);
      case "drain" -> caller.drain();
      case "down" -> said(callees::down);
      case "up" -> said(callees::up);
      case "untold" -> side.untold();
      default -> caller;
    };
  }

  private static String said(Runnable order) {
    order.run();
    return "";
  }
}
