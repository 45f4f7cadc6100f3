package dev.ripcord.grpc;

import org.jspecify.annotations.Nullable;

/**
 * What a thread of the transport tells callees while it ends calls of its own. A message leaves
 * only when the thread that serves its connection comes to it, and that may be this very one: what
 * can wait is done when the last message is out.
 */
final class Telling {
  private static final ThreadLocal<@Nullable Telling> HERE = new ThreadLocal<>();

  private @Nullable CallerControl last;

  private Telling() {}

  /** {@link #endAndThen} on the same thread. */
  static Telling begin() {
    Telling telling = new Telling();
    HERE.set(telling);
    return telling;
  }

  /** This thread has given {@code control} something to tell. */
  static void by(CallerControl control) {
    Telling telling = HERE.get();
    if (telling != null) {
      telling.last = control;
    }
  }

  /**
   * Runs {@code work} now if nothing was told meanwhile, else when that is out and the callers of
   * the calls it ends have heard, on another thread.
   */
  void endAndThen(Runnable work) {
    HERE.remove();
    if (last == null) {
      work.run();
    } else {
      last.whenHeard(work);
    }
  }
}
