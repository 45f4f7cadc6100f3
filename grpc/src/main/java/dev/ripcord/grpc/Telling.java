package dev.ripcord.grpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of the transport tells callees while it ends calls of its own: each connection gets
 * one message for all its calls, when the last of them has ended.
 */
final class Telling {
  private static final ThreadLocal<@Nullable Telling> HERE = new ThreadLocal<>();

  private final List<CallerControl> toSend = new ArrayList<>(1);

  private Telling() {}

  /** {@link #end} on the same thread. */
  static Telling begin() {
    Telling telling = new Telling();
    HERE.set(telling);
    return telling;
  }

  /** Whether this thread will send what {@code control} has to tell, in a moment. */
  static boolean sends(CallerControl control) {
    Telling telling = HERE.get();
    if (telling == null) {
      return false;
    }
    if (!telling.toSend.contains(control)) {
      telling.toSend.add(control);
    }
    return true;
  }

  /**
   * Sends it. Returns the control stream it goes out on last; null if there was nothing to tell.
   */
  @Nullable CallerControl end() {
    HERE.remove();
    CallerControl last = null;
    for (CallerControl each : toSend) {
      each.send();
      last = each;
    }
    return last;
  }
}
