package dev.ripcord.bench.cascade;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** What a process of the trees is told on its standard input, line by line, until that ends. */
final class Orders {
  /** Answered with what the process's clock says. */
  static final String CLOCK = "clock";

  /** Carries one out, and returns what to say of it. */
  interface Handler {
    String handle(String order) throws IOException;
  }

  private Orders() {}

  /** Says that the process is ready, carries out what it is told, and ends it. */
  static void carryOut(String ready, Handler handler) throws IOException {
    System.out.println("READY " + ready);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(
          line.equals(CLOCK) ? Long.toString(System.nanoTime()) : handler.handle(line));
    }
    System.exit(0);
  }
}
