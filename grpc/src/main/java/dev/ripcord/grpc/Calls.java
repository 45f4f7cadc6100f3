package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.TimeSource;
import dev.ripcord.proto.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The calls being handled in this process, the latest that have stopped, and the requests that were
 * ended by id. Tells those who listen what happens; costs one look at an empty array while nobody
 * does.
 */
final class Calls {
  private static final CallEvents[] NOBODY = {};

  private final LiveCalls live = new LiveCalls();
  private final Self self;
  private final Background background = new Background();
  private final OverdueWatch overdueWatch;
  private final StoppedCalls stopped;
  private final Account account;
  private final CanceledRequests canceled;
  private volatile CallEvents[] listeners = NOBODY; // replaced by listen and leave, under this
  private volatile boolean draining; // set once

  Calls(Self self, Duration overdueAfter, Account account, int rememberStopped, TimeSource time) {
    this.self = self;
    this.account = account;
    this.overdueWatch = new OverdueWatch(overdueAfter, this, account, background);
    this.stopped = new StoppedCalls(rememberStopped);
    this.canceled = new CanceledRequests(background, time);
  }

  /** Returns why the call is to end at once, if its request was ended before it came. */
  @Nullable Cancellation add(HandledCall call) {
    // In this order, against that in cancel: whoever comes second sees the other.
    live.add(call);
    tell(Event.Type.OPENED, call, call.openedNanos());
    return canceled.of(call.identity().requestId());
  }

  /** The context of {@code call} has ended. */
  void ended(HandledCall call) {
    tell(Event.Type.ENDED, call, call.endedNanos());
  }

  /** What the call is at is another. */
  void doing(CallIdentity identity) {
    if (listeners.length > 0) {
      HandledCall call = find(identity);
      if (call != null) {
        tell(Event.Type.DOING, call, System.nanoTime());
      }
    }
  }

  /** What is done for a call runs on. */
  void overdue(Late late, Overdue seen) {
    for (CallEvents listener : listeners) {
      listener.overdue(late, seen);
    }
  }

  /** The handler of {@code call} has returned, so long after its context had ended. */
  void stopped(HandledCall call, long nanos) {
    account.stopped(call, nanos);
    if (call.isOverdue()) {
      overdueWatch.returned(call);
    }
  }

  /** The handler of {@code call} is not begun, its context being done. */
  void skipped(HandledCall call) {
    account.skipped(call.asEndedWork());
  }

  void remove(HandledCall call, long stoppedNanos) {
    // In this order, so that whoever looks sees it in one place at least.
    stopped.add(call, stoppedNanos);
    if (live.remove(call)) {
      tell(Event.Type.STOPPED, call, stoppedNanos);
    }
    if (live.isEmpty()) {
      nobodyLeft();
    }
  }

  /** Ends the calls of a request, and for a minute those that come. Returns those that run. */
  List<HandledCall> cancel(RequestId requestId, Cancellation why) {
    canceled.remember(requestId, why);
    List<HandledCall> calls = running(requestId);
    calls.forEach(call -> call.cancel(why));
    return calls;
  }

  /** The calls of a request that have not stopped. */
  List<HandledCall> running(RequestId requestId) {
    return running(live.of(requestId));
  }

  /** The calls with this context id that have not stopped; usually one. */
  List<HandledCall> running(long contextId) {
    List<HandledCall> named = new ArrayList<>();
    live.forEachNamed(contextId, named::add);
    // Where callers are trusted the id is the name they gave it; else it is our own, on any call.
    List<HandledCall> calls = running(contextId, named);
    return calls.isEmpty() ? running(contextId, live) : calls;
  }

  private static List<HandledCall> running(long contextId, Iterable<HandledCall> among) {
    List<HandledCall> calls = running(among);
    calls.removeIf(call -> call.identity().contextIdBits() != contextId);
    return calls;
  }

  /** The call of this identity if it is being handled, else null. */
  @Nullable HandledCall find(CallIdentity identity) {
    for (HandledCall call : live.of(identity.requestId())) {
      if (call.identity() == identity) {
        return call;
      }
    }
    return null;
  }

  private static List<HandledCall> running(Iterable<HandledCall> all) {
    List<HandledCall> calls = new ArrayList<>();
    for (HandledCall call : all) {
      if (!call.isStopped()) {
        calls.add(call);
      }
    }
    return calls;
  }

  /** How many requests are remembered as ended. */
  int canceledCount() {
    return canceled.count();
  }

  LiveCalls live() {
    return live;
  }

  int liveCount() {
    return live.count();
  }

  List<StoppedCalls.Stopped> stopped() {
    return stopped.latest();
  }

  OverdueWatch overdueWatch() {
    return overdueWatch;
  }

  Background background() {
    return background;
  }

  Cancellation.Origin originFor(CallIdentity identity) {
    return new Cancellation.Origin(self.service(), self.instance(), identity.contextId(), "");
  }

  // Those who listen.

  /** False if there are {@code most} already. */
  synchronized boolean listen(CallEvents listener, int most) {
    if (listeners.length >= most) {
      return false;
    }
    CallEvents[] more = java.util.Arrays.copyOf(listeners, listeners.length + 1);
    more[listeners.length] = listener;
    listeners = more;
    return true;
  }

  synchronized void leave(CallEvents listener) {
    List<CallEvents> left = new ArrayList<>(List.of(listeners));
    left.remove(listener);
    listeners = left.toArray(NOBODY);
  }

  private void tell(Event.Type what, HandledCall call, long nanos) {
    for (CallEvents listener : listeners) {
      listener.happened(what, call, nanos);
    }
  }

  // The end of the process.

  /** No new calls come; with the last one those who listen have nothing more to hear. */
  void drain() {
    draining = true;
    if (live.isEmpty()) {
      nobodyLeft();
    }
  }

  private void nobodyLeft() {
    synchronized (this) {
      notifyAll();
    }
    if (draining) {
      for (CallEvents listener : listeners) {
        listener.drained();
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

  Account account() {
    return account;
  }

  Self self() {
    return self;
  }
}
