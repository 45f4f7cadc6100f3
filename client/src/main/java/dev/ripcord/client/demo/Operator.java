package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.client.Main;
import dev.ripcord.grpc.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody with a shell, who knows the id of a request: {@code ripcord cancel ID}, as a process of
 * its own.
 */
final class Operator {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DONE = "Canceled ";
  private static final String NOT_HERE = "Nothing of it runs here yet";

  private Operator() {}

  /** Returns what the command said last. */
  static String cancel(Stage stage, RequestId id, Reason why)
      throws CannotRun, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(ChildProcess.options());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("cancel", id.toString(), "--wait", "--code", why.code()));
    command.addAll(List.of("--message", why.message()));
    stage.cluster().addresses().forEach(address -> command.addAll(List.of("-i", address)));
    try (ChildProcess<String> process =
        stage.cluster().start("operator", command, Operator::lastLine)) {
      return process.awaitBegun(PATIENCE);
    }
  }

  private static @Nullable String lastLine(String line) {
    return line.startsWith(DONE) || line.startsWith(NOT_HERE) ? line : null;
  }
}
