package dev.ripcord.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where it was measured.
 *
 * @param cpu the processor's model
 * @param cores how many the JVM may use
 * @param memoryMb the machine's memory
 * @param jdk the JVM and its version
 * @param os the operating system and its kernel
 * @param load how many threads wanted to run in the minute before the start; null where the system
 *     does not say
 */
public record Machine(
    String cpu, int cores, long memoryMb, String jdk, String os, @Nullable Double load) {
  private static final Path CPUS = Path.of("/proc/cpuinfo");
  private static final String MODEL = "model name";

  /** This machine, now. */
  static Machine here() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage();
    return new Machine(
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize() >> 20,
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        load < 0 ? null : load);
  }

  /** Whether something else already keeps more than half of the cores busy. */
  boolean isBusy() {
    return load != null && load > cores / 2.0;
  }

  private static String cpuModel() {
    if (!Files.isReadable(CPUS)) {
      return System.getProperty("os.arch");
    }
    try {
      return Files.readAllLines(CPUS).stream()
          .filter(line -> line.startsWith(MODEL))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException unreadable) {
      return System.getProperty("os.arch");
    }
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("cpu", cpu);
    json.put("cores", cores);
    json.put("memory_mb", memoryMb);
    json.put("jdk", jdk);
    json.put("os", os);
    json.put("load_at_start", load);
    return json;
  }

  @Override
  public String toString() {
    String loaded = load == null ? "unknown" : String.format(Locale.ROOT, "%.2f", load);
    return String.join(
        ", ", cpu, cores + " cores", memoryMb + " MB", jdk, os, "load at start " + loaded);
  }
}
