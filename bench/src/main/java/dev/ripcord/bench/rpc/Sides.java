package dev.ripcord.bench.rpc;

import dev.ripcord.bench.Why;
import dev.ripcord.bench.cascade.Child;
import io.grpc.override.ContextStorageOverride;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the sides. A peer's that does not start or breaks is left out from then on, and
 * it is known why; without ours and bare grpc-java there is nothing to measure.
 */
final class Sides implements AutoCloseable {
  private final Map<String, Child> processes = new LinkedHashMap<>();
  private final Map<String, Child> starting = new HashMap<>();
  private final Map<String, String> missing;

  private Sides(Map<String, String> missing) {
    this.missing = missing;
  }

  /**
   * Starts those of {@code contenders} that are not in {@code missing}; adds whoever fails to it.
   */
  static Sides start(Set<Contender> contenders, Map<String, String> missing) throws IOException {
    Sides sides = new Sides(missing);
    try {
      for (Contender each : contenders) {
        sides.start(each);
      }
      for (Contender each : contenders) {
        sides.awaitReady(each);
      }
      return sides;
    } catch (IOException | RuntimeException e) {
      sides.close();
      throw e;
    }
  }

  private void start(Contender contender) throws IOException {
    String process = contender.process();
    if (processes.containsKey(process) || missing.containsKey(process)) {
      return;
    }
    Child child =
        Child.java(
            "rpc " + process,
            Map.of(),
            "-D" + ContextStorageOverride.OPEN_TELEMETRY + "=" + contender.isTraced(),
            "-cp",
            System.getProperty("java.class.path"),
            RpcProcess.class.getName());
    processes.put(process, child);
    starting.put(process, child);
  }

  private void awaitReady(Contender contender) throws IOException {
    Child child = starting.remove(contender.process());
    if (child == null) {
      return; // another contender's, and ready
    }
    try {
      child.awaitReady("rpc");
    } catch (IOException e) {
      leaveOut(contender, e);
    }
  }

  /** What its process answers; null if it is, or has just been, left out. */
  @Nullable String ask(Contender contender, String order) throws IOException {
    Child process = processes.get(contender.process());
    try {
      return process == null ? null : process.askOn(order);
    } catch (IOException e) {
      leaveOut(contender, e);
      return null;
    }
  }

  private void leaveOut(Contender contender, IOException failure) throws IOException {
    if (contender.isIndispensable()) {
      throw failure;
    }
    missing.put(contender.process(), Why.of(failure));
    Child broken = processes.remove(contender.process());
    if (broken != null) {
      broken.close();
    }
  }

  @Override
  public void close() {
    processes.values().forEach(Child::close);
  }
}
