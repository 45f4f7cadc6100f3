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

  // Guarded by this; null before the first call, since most handlers make none.
  private @Nullable Deque<Outgoing> latest;

  /** The caller's end of a call. */
  final class Outgoing {
    final long contextId;
    final String method;
    private volatile @Nullable Cancellation
        cancellation; // set once, if its context ends before the call does

    private Outgoing(long contextId, String method) {
      this.contextId = contextId;
      this.method = method;
    }

    void started() {
      add(this);
    }

    void endedBy(Cancellation why) {
      cancellation = why;
    }

    @Nullable Cancellation cancellation() {
      return cancellation;
    }
  }

  /** A call that is among these once it has started. */
  Outgoing calling(long contextId, String method) {
    return new Outgoing(contextId, method);
  }

  private synchronized void add(Outgoing call) {
    if (latest == null) {
      latest = new ArrayDeque<>(2);
    } else if (latest.size() == REMEMBERED) {
      latest.removeFirst();
    }
    latest.addLast(call);
  }

  synchronized List<Outgoing> latest() {
    return latest == null ? List.of() : new ArrayList<>(latest);
  }
}
