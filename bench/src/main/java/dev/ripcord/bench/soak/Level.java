package dev.ripcord.bench.soak;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/**
 * What a process keeps, when nothing is collectable.
 *
 * @param heapMb what is left of the heap after a collection
 * @param threads all of them
 * @param files open descriptors; 0 where the system does not say
 * @param liveCalls as the registry has them
 * @param controlStreams that are open
 */
record Level(double heapMb, double threads, double files, int liveCalls, int controlStreams) {
  private static final double MB = 1 << 20;

  static Level of(int liveCalls, int controlStreams) {
    System.gc();
    System.gc(); // what the first has found to be finalized or cleaned up
    return new Level(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MB,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        openFiles(),
        liveCalls,
        controlStreams);
  }

  private static long openFiles() {
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return system instanceof UnixOperatingSystemMXBean unix ? unix.getOpenFileDescriptorCount() : 0;
  }

  static Level parse(String line) {
    String[] fields = line.split(" ", -1);
    return new Level(
        Double.parseDouble(fields[0]),
        Double.parseDouble(fields[1]),
        Double.parseDouble(fields[2]),
        Integer.parseInt(fields[3]),
        Integer.parseInt(fields[4]));
  }

  boolean isSettled() {
    return liveCalls == 0 && controlStreams == 0;
  }

  @Override
  public String toString() {
    return heapMb + " " + threads + " " + files + " " + liveCalls + " " + controlStreams;
  }
}
