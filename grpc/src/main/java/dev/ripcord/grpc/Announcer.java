package dev.ripcord.grpc;

import dev.ripcord.Registration;
import dev.ripcord.grpc.Counters.Event;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Tells listeners what happens, each on a thread of its own. Costs one look at an empty array while
 * nobody listens.
 */
final class Announcer {
  static final int MOST_WAITING = 16_384;

  private static final Logger LOG = System.getLogger(CallListener.class.getName());
  private static final long IDLE_SECONDS = 5;
  private static final Listening[] NOBODY = {};

  private final Counters counters;
  private volatile Listening[] listeners = NOBODY; // replaced by listen and leave, under this

  Announcer(Counters counters) {
    this.counters = counters;
  }

  boolean isHeard() {
    return listeners.length > 0;
  }

  /** For things that are seldom enough to be made up when nobody listens. */
  void tell(Consumer<CallListener> what) {
    for (Listening one : listeners) {
      one.add(what);
    }
  }

  /** Until what is returned is stopped. */
  synchronized Registration listen(CallListener listener) {
    Listening one = new Listening(listener);
    Listening[] more = java.util.Arrays.copyOf(listeners, listeners.length + 1);
    more[listeners.length] = one;
    listeners = more;
    return one;
  }

  private synchronized boolean leave(Listening listener) {
    List<Listening> left = new ArrayList<>(List.of(listeners));
    boolean was = left.remove(listener);
    listeners = left.toArray(NOBODY);
    return was;
  }

  /** One listener, and what it has not been told yet. */
  private final class Listening implements Registration {
    private final CallListener listener;
    private final LinkedBlockingQueue<Consumer<CallListener>> untold =
        new LinkedBlockingQueue<>(MOST_WAITING);
    private final ThreadPoolExecutor thread = thread();
    private final AtomicInteger wakes = new AtomicInteger(); // not 0: the thread is at it
    private final ReentrantLock telling = new ReentrantLock(); // held by the thread while it tells
    private volatile boolean left;
    private boolean hasThrown; // of the thread

    Listening(CallListener listener) {
      this.listener = listener;
    }

    void add(Consumer<CallListener> what) {
      if (!untold.offer(what)) {
        counters.count(Event.EVENTS_UNTOLD);
      } else if (wakes.getAndIncrement() == 0) {
        thread.execute(this::tellAll);
      }
    }

    private void tellAll() {
      int seen = wakes.get();
      do {
        for (Consumer<CallListener> next = untold.poll(); next != null; next = untold.poll()) {
          tell(next);
        }
        seen = wakes.addAndGet(-seen);
      } while (seen != 0);
    }

    private void tell(Consumer<CallListener> what) {
      telling.lock();
      try {
        if (!left) {
          what.accept(listener);
        }
      } catch (RuntimeException | Error e) {
        LOG.log(hasThrown ? Level.DEBUG : Level.WARNING, "a listener threw: " + listener, e);
        hasThrown = true;
      } finally {
        telling.unlock();
      }
    }

    @Override
    public boolean stop() {
      left = true;
      return leave(this);
    }

    @Override
    public boolean stopOrJoin() {
      boolean was = stop();
      telling.lock(); // which the listener's own thread holds already
      try {
        return was;
      } finally {
        telling.unlock();
      }
    }
  }

  private static ThreadPoolExecutor thread() {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread made = new Thread(task, "ripcord-listener");
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }
}
