package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest calls that one handler has made. */
final class OutgoingCalls {
  private static final int REMEMBERED = 32;

  /** The caller's end of a call. */
  static final class Outgoing {
    final long contextId;
    final String method;
    private volatile @Nullable Cancellation
        cancellation; // set once, if its context ends before the call does

    Outgoing(long contextId, String method) {
      this.contextId = contextId;
      this.method = method;
    }

    void endedBy(Cancellation why) {
      cancellation = why;
    }

    @Nullable Cancellation cancellation() {
      return cancellation;
    }
  }

  private final Deque<Outgoing> latest = new ArrayDeque<>(2); // guarded by this

  synchronized void add(Outgoing call) {
    if (latest.size() == REMEMBERED) {
      latest.removeFirst();
    }
    latest.addLast(call);
  }

  synchronized List<Outgoing> latest() {
    return new ArrayList<>(latest);
  }
}
