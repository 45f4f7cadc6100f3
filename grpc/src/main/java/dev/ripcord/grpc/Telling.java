package dev.ripcord.grpc;

import org.jspecify.annotations.Nullable;

/** What a thread of the transport tells callees while it ends calls of its own. */
final class Telling {
  private static final ThreadLocal<@Nullable Telling> HERE = new ThreadLocal<>();

  private boolean told;

  private Telling() {}

  /** {@link #end} on the same thread. */
  static Telling begin() {
    Telling telling = new Telling();
    HERE.set(telling);
    return telling;
  }

  /** This thread has given a callee something to be told. */
  static void happens() {
    Telling telling = HERE.get();
    if (telling != null) {
      telling.told = true;
    }
  }

  /** Whether anybody was told anything since it began. */
  boolean end() {
    HERE.remove();
    return told;
  }
}
