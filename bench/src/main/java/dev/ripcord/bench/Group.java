package dev.ripcord.bench;

import java.time.Duration;

/** A set of measurements that belong together: {@code ripcord bench --only NAME}. */
public interface Group {

  /** One lower-case word. */
  String name();

  /** What it answers, in a line. */
  String purpose();

  /** How long it may take on two quiet cores, the short way. All groups share ten minutes. */
  Duration budget();

  /**
   * Measures, and hands each row to {@code run} as soon as it has it. What cannot be measured here,
   * for want of a peer or of memory, is said with {@link Row#without} or {@link Run#note}; throwing
   * means that the measurement itself is broken, and fails the command.
   */
  void run(Run run) throws Exception;
}
