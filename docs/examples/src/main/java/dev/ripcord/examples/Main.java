package dev.ripcord.examples;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code ./ripcord example NAME}: runs one of the programs of docs/story.md. */
public final class Main {
  private static final int USAGE = 2;
  private static final int MISSING = 3;

  /** What runs, and prints what happens. */
  interface Program {
    void run(Transcript transcript, Pace pace) throws Exception;
  }

  private Main() {}

  /** The programs by name, in the order of the story. */
  static Map<String, Program> programs() {
    Map<String, Program> programs = new LinkedHashMap<>();
    programs.put("flag", StopByFlag::run);
    programs.put("message", StopByMessage::run);
    programs.put("context", StopByContext::run);
    programs.put("request", Requests::run);
    programs.put("pop", PopRace::run);
    programs.put("own", OwnContext::run);
    return programs;
  }

  /** Whether it talks to Redis, which the system must have. */
  static boolean needsRedis(String name) {
    return name.equals("request") || name.equals("pop");
  }

  /** The name of a program; without one, lists them. */
  public static void main(String[] args) throws Exception {
    Program program = args.length == 1 ? programs().get(args[0]) : null;
    if (program == null) {
      System.err.println("usage: ./ripcord example " + String.join("|", programs().keySet()));
      System.err.println("docs/story.md tells what they show.");
      System.exit(USAGE);
    } else if (needsRedis(args[0]) && !LocalRedis.isInstalled()) {
      System.err.println("This one needs redis-server on the PATH: apt-get install redis-server");
      System.exit(MISSING);
    } else {
      program.run(new Transcript(System.out), Pace.FOR_PEOPLE);
    }
  }
}
