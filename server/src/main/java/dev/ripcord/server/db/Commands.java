package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs PostgreSQL's own programs, which refuse to be run by root: for root they run in a user
 * namespace that has none.
 */
final class Commands {
  private final List<String> prefix;

  private Commands(List<String> prefix) {
    this.prefix = prefix;
  }

  /** For the user that this process belongs to. */
  static Commands forThisUser() {
    return new Commands(
        "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of());
  }

  /** What a command came to. */
  record Outcome(int exit, String output) {
    boolean isGood() {
      return exit == 0;
    }
  }

  boolean needsUnshare() {
    return !prefix.isEmpty();
  }

  /** {@code program} with what goes before it. */
  List<String> line(String program, String... arguments) {
    List<String> line = new ArrayList<>(prefix);
    line.add(program);
    line.addAll(List.of(arguments));
    return line;
  }

  /** Runs {@code program} to its end. */
  Outcome run(String program, String... arguments) throws IOException, InterruptedException {
    return run(line(program, arguments));
  }

  /** Runs a {@link #line} to its end. */
  Outcome run(List<String> line) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    // Messages in one language, whatever the user's: what is looked for in them must be found.
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    return new Outcome(process.waitFor(), output);
  }
}
