package dev.ripcord.bench.cascade;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One cancel at the edge, from the calls to the last handler's stop, the same for everybody. */
public final class Edge {
  /** For how long whoever asks about handlers waits for an answer. */
  public static final int PATIENCE_SECONDS = 20;

  // Whoever asks the nodes would take time from what is being measured.
  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
  private static final long LOOK_NANOS_PER_CALL = TimeUnit.MICROSECONDS.toNanos(50);

  /** How calls are made and cancelled, and handlers asked about. */
  public interface Calls {
    /** Makes the topmost calls of one tree, which tell {@code ends}; the result cancels them. */
    Runnable begin(Plan plan, Ends ends);

    /** Returns when so many handlers of a node are at work. */
    void awaitStarted(int node, long run, int handlers);

    /** Returns when so many have stopped: when the last one did. */
    long awaitStopped(int node, long run, int handlers);
  }

  private Edge() {}

  /** Carries out {@code VARIANT PLAN}, or {@code VARIANT PLAN TREES-AT-ONCE}, in fields. */
  public static String cancel(Calls calls, String[] order) {
    Plan plan = Plan.parse(order[1]);
    return order.length == 2
        ? cancel(calls, plan, 1, FIRST_LOOK_NANOS)
        : cancel(calls, plan, Integer.parseInt(order[2]), 0);
  }

  private static String cancel(Calls calls, Plan plan, int trees, long quietNanos) {
    int open = plan.next().calls() * trees;
    Ends ends = new Ends(open);
    List<Runnable> cancels = new ArrayList<>();
    for (int i = 0; i < trees; i++) {
      cancels.add(calls.begin(plan, ends));
    }
    plan.handlers()
        .forEach((node, handlers) -> calls.awaitStarted(node, plan.run(), handlers * trees));
    LockSupport.parkNanos(quietNanos / 4);
    long begin = System.nanoTime();
    cancels.forEach(Runnable::run);
    long heard = ends.await() - begin;
    LockSupport.parkNanos(quietNanos == 0 ? 0 : quietNanos + open * LOOK_NANOS_PER_CALL);
    long stopped = Long.MIN_VALUE;
    for (Map.Entry<Integer, Integer> each : plan.handlers().entrySet()) {
      long last = calls.awaitStopped(each.getKey(), plan.run(), each.getValue() * trees);
      stopped = Math.max(stopped, last - begin);
    }
    return stopped + " " + heard;
  }

  /** When the callers of all calls had heard that they ended. */
  public static final class Ends {
    private final CountDownLatch open;
    private final AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);

    Ends(int calls) {
      open = new CountDownLatch(calls);
    }

    /** One of them has, just now. */
    public void heard() {
      lastNanos.accumulateAndGet(System.nanoTime(), Math::max);
      open.countDown();
    }

    long await() {
      try {
        if (open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          return lastNanos.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException(open.getCount() + " calls have not ended");
    }
  }
}
