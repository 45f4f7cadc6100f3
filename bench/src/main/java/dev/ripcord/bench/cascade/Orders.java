package dev.ripcord.bench.cascade;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** What a process is told on its standard input, line by line, until that ends. */
public final class Orders {
  /** Answered with what the process's clock says. */
  public static final String CLOCK = "clock";

  /** Does it, and returns what to say of it. */
  public interface Handler {
    /** Carries {@code order} out. */
    String handle(String order) throws IOException;
  }

  private Orders() {}

  /** Says that the process is ready, carries out what it is told, and ends it. */
  public static void carryOut(String ready, Handler handler) throws IOException {
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
