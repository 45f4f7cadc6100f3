package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of the transport tells callees while it ends calls of its own: each connection gets
 * one message for all its calls, when the last of them has ended.
 */
final class Telling {
  private static final ThreadLocal<@Nullable Telling> HERE = new ThreadLocal<>();

  private final CancelMessage said;
  private final Cancellation why;
  private final List<CallerControl> toSend = new ArrayList<>(1);
  private byte @Nullable [] onward; // once it was asked for

  private Telling(CancelMessage said, Cancellation why) {
    this.said = said;
    this.why = why;
  }

  /**
   * {@link #end} on the same thread.
   *
   * @param said what has come
   * @param why what the calls here end by, which is what was told, and that it came here
   */
  static Telling begin(CancelMessage said, Cancellation why) {
    Telling telling = new Telling(said, why);
    HERE.set(telling);
    return telling;
  }

  /**
   * {@code why} as callees are told it, made from what has come; null if it has not come to this
   * thread just now, or must be written anew.
   */
  static byte @Nullable [] onward(Cancellation why) {
    Telling telling = HERE.get();
    if (telling == null || !WireCancellation.isSame(telling.why, why)) {
      return null;
    }
    if (telling.onward == null) {
      telling.onward = WireCancellation.onward(telling.said, telling.why);
    }
    return telling.onward;
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
