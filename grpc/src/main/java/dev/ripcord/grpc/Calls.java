package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The calls being handled in this process, and the latest that have stopped. */
final class Calls {
  private final Set<HandledCall> live = ConcurrentHashMap.newKeySet();
  private final Self self;
  private final OverdueWatch overdueWatch;
  private final StoppedCalls stopped;
  private final StopTimes stopTimes = new StopTimes();

  Calls(Self self, Duration overdueAfter, Counters counters, int rememberStopped) {
    this.self = self;
    this.overdueWatch = new OverdueWatch(overdueAfter, () -> live, counters);
    this.stopped = new StoppedCalls(rememberStopped);
  }

  void add(HandledCall call) {
    live.add(call);
  }

  void remove(HandledCall call, long stoppedNanos) {
    // In this order, so that whoever looks sees it in one place at least.
    stopped.add(call, stoppedNanos);
    live.remove(call);
    if (live.isEmpty()) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /**
   * Waits until no call is being handled; false if one still is after {@code atMost}, or when this
   * thread is interrupted.
   */
  synchronized boolean awaitNone(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    while (!live.isEmpty()) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return live.isEmpty();
      }
    }
    return true;
  }

  Collection<HandledCall> live() {
    return new ArrayList<>(live);
  }

  int liveCount() {
    return live.size();
  }

  List<StoppedCalls.Stopped> stopped() {
    return stopped.latest();
  }

  StopTimes stopTimes() {
    return stopTimes;
  }

  OverdueWatch overdueWatch() {
    return overdueWatch;
  }

  Cancellation.Origin originFor(CallIdentity identity) {
    return new Cancellation.Origin(self.service(), self.instance(), identity.contextId(), "");
  }
}
