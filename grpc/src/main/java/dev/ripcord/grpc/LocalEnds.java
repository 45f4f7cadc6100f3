package dev.ripcord.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose callees have been told of the end, and whose callers are still to hear of it. To wake
 * a thread takes longer than to tell a callee: so whoever ends many calls wakes one thread for all,
 * which hands out the rest while the next callees are told.
 */
final class LocalEnds implements Runnable {
  private static final Executor HERE = Runnable::run;

  /** A call to be ended for its caller. */
  interface Endable {
    /** By its caller's executor, or else {@code channels}. */
    void endHere(Executor channels);

    /** No executor takes it. */
    void cannotEndHere();
  }

  private final Executor channels;
  private final Queue<Endable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();

  /**
   * @param channels what runs the callbacks of the channel's calls
   */
  LocalEnds(Executor channels) {
    this.channels = channels;
  }

  void add(Endable call) {
    waiting.add(call);
    if (awake.compareAndSet(false, true)) {
      try {
        channels.execute(this);
      } catch (RejectedExecutionException e) {
        rejected();
      }
    }
  }

  private void rejected() {
    awake.set(false);
    for (Endable call = waiting.poll(); call != null; call = waiting.poll()) {
      call.cannotEndHere();
    }
  }

  @Override
  public void run() {
    Endable last = null;
    for (Endable call = take(); call != null; call = take()) {
      if (last != null) {
        last.endHere(channels);
      }
      last = call;
    }
    // The last may keep this thread: whoever comes now wakes another.
    if (last != null) {
      last.endHere(HERE);
    }
  }

  /** The next; if null, whoever comes from now on wakes another thread. */
  private @Nullable Endable take() {
    while (true) {
      Endable call = waiting.poll();
      if (call != null) {
        return call;
      }
      awake.set(false);
      if (waiting.isEmpty() || !awake.compareAndSet(false, true)) {
        return null;
      }
    }
  }
}
