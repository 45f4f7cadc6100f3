package dev.ripcord.client.cli;

/** What the program ends with. */
public final class ExitCode {
  /** It worked. */
  public static final int OK = 0;

  /** It did not. */
  public static final int FAILED = 1;

  /** It was asked wrongly. */
  public static final int USAGE = 2;

  /** The time was over; as timeout(1) has it. */
  public static final int DEADLINE = 124;

  /** Somebody else ended it. */
  public static final int CANCELED = 125;

  /** Ctrl-C; as shells have it. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
