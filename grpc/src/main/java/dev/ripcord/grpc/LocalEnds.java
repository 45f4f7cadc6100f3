package dev.ripcord.grpc;

import java.util.ArrayList;
import java.util.List;
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
  private final Queue<Object> waiting = new ConcurrentLinkedQueue<>(); // Endables, and Runnables
  private final AtomicBoolean awake = new AtomicBoolean();

  /**
   * @param channels what runs the callbacks of the channel's calls
   */
  LocalEnds(Executor channels) {
    this.channels = channels;
  }

  void add(Endable call) {
    enqueue(call);
  }

  /** Runs {@code work} when those added before have heard, by the same thread. */
  void afterwards(Runnable work) {
    enqueue(work);
  }

  private void enqueue(Object one) {
    waiting.add(one);
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
    for (Object one = waiting.poll(); one != null; one = waiting.poll()) {
      if (one instanceof Endable call) {
        call.cannotEndHere();
      } else {
        ((Runnable) one).run();
      }
    }
  }

  @Override
  public void run() {
    Endable last = null;
    List<Runnable> afterwards = new ArrayList<>(0);
    for (Object one = take(); one != null; one = take()) {
      if (one instanceof Endable call) {
        if (last != null) {
          last.endHere(channels);
        }
        last = call;
      } else {
        afterwards.add((Runnable) one);
      }
    }
    try {
      // The last may keep this thread: whoever comes now wakes another.
      if (last != null) {
        last.endHere(HERE);
      }
    } finally {
      afterwards.forEach(Runnable::run);
    }
  }

  /** The next; if null, whoever comes from now on wakes another thread. */
  private @Nullable Object take() {
    while (true) {
      Object one = waiting.poll();
      if (one != null) {
        return one;
      }
      awake.set(false);
      if (waiting.isEmpty() || !awake.compareAndSet(false, true)) {
        return null;
      }
    }
  }
}
