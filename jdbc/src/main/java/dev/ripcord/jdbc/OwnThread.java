package dev.ripcord.jdbc;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;

/** Work that its caller cannot wait for. Threads are virtual where the JDK has them. */
final class OwnThread {
  /** An action given to a done context is run at once, on a thread of its own. */
  private static final Context DONE = done();

  private OwnThread() {}

  static void run(Runnable work) {
    DONE.onDone(now -> work.run());
  }

  private static Context done() {
    CancelScope scope = Context.background().withCancel();
    scope.cancel();
    return scope.context();
  }
}
