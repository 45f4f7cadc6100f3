package dev.ripcord.grpc;

import dev.ripcord.ObservedWork;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Looks for handlers, and for tasks and statements below them, that run on after their context has
 * ended, and says once of each where it is. Looks only while there is something ended that has not
 * returned; on the background thread.
 */
final class OverdueWatch {
  private static final Logger LOG = System.getLogger(OverdueWatch.class.getName());
  private static final int LOOKS_PER_GRACE = 4;
  // Of those found by one look. A thousand stacks in a log help nobody; ps has them all.
  private static final int MOST_LOGGED = 8;

  private final long graceNanos;
  private final Calls calls;
  private final Account account;
  private final Background background;
  private final AtomicBoolean looking = new AtomicBoolean();
  private final Set<Late.Below> lingering = ConcurrentHashMap.newKeySet();
  private final Map<Late, Boolean> overdue = new ConcurrentHashMap<>();

  OverdueWatch(Duration grace, Calls calls, Account account, Background background) {
    this.graceNanos = grace.toNanos();
    this.calls = calls;
    this.account = account;
    this.background = background;
  }

  // What happens.

  /** A call has ended while its handler runs. */
  void expectReturn() {
    if (looking.compareAndSet(false, true)) {
      lookLater();
    }
  }

  /** So has what {@code work} was done for. */
  void lingers(CallIdentity call, ObservedWork work) {
    Late.Below late = new Late.Below(call, work);
    lingering.add(late);
    // Of this and returned() the later sees what the earlier has done.
    if (work.hasReturned()) {
      lingering.remove(late);
    } else {
      expectReturn();
    }
  }

  void returned(CallIdentity call, ObservedWork work) {
    Late.Below late = new Late.Below(call, work);
    lingering.remove(late);
    account.stopped(late.work(), work.sinceEnd());
    forget(late);
  }

  /** The handler of an overdue call has returned. */
  void returned(HandledCall call) {
    forget(new Late.Handler(call));
  }

  private void forget(Late late) {
    if (overdue.remove(late) != null) {
      account.overdueStopped(late.work(), late.sinceEnd());
    }
  }

  /**
   * A handler whose callbacks had all returned before the end answers now, on this thread, in vain:
   * it was at work all the time, and nobody could see where. Unless its task on this thread has
   * been seen already: then that is the handler.
   */
  void answersLate(HandledCall call) {
    Late.Handler late = new Late.Handler(call);
    Thread here = Thread.currentThread();
    if (late.sinceEnd().toNanos() >= graceNanos && !threads().contains(here)) {
      Overdue found =
          new Overdue(
              late.work(), late.sinceEnd(), Late.nameOf(here), List.of(here.getStackTrace()));
      account.overdue(found);
      LOG.log(Level.WARNING, found::toString);
    }
  }

  // Looking.

  private void lookLater() {
    background.later(Duration.ofNanos(Math.max(1, graceNanos / LOOKS_PER_GRACE)), this::look);
  }

  private void look() {
    // Whoever ends from here on sees to it that there is another look.
    looking.set(false);
    boolean more = false;
    List<Overdue> found = new ArrayList<>();
    Set<Thread> known = threads();
    more |= isMoreBelow(ObservedWork.Kind.STATEMENT, known, found);
    known.addAll(executing()); // also of those a moment younger than their handlers
    for (HandledCall call : calls.live()) {
      if (call.cancellation() != null && !call.isOverdue()) {
        more |= !isSettled(new Late.Handler(call), known, found);
      }
    }
    more |= isMoreBelow(ObservedWork.Kind.TASK, known, found);
    log(found);
    if (more) {
      expectReturn();
    }
  }

  private boolean isMoreBelow(ObservedWork.Kind kind, Set<Thread> known, List<Overdue> found) {
    boolean more = false;
    for (Late.Below late : lingering) {
      if (late.kind() == kind && !overdue.containsKey(late)) {
        more |= !isSettled(late, known, found);
      }
    }
    return more;
  }

  /** Where statements run on. One says more than the handler, or the task, that waits for it. */
  private Set<Thread> executing() {
    return lingering.stream()
        .filter(late -> late.kind() == ObservedWork.Kind.STATEMENT)
        .map(Late.Below::thread)
        .collect(Collectors.toSet());
  }

  /** Where what is overdue runs. */
  private Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>();
    for (Late late : overdue.keySet()) {
      Thread thread = late.thread();
      if (thread != null) {
        threads.add(thread);
      }
    }
    return threads;
  }

  /**
   * Whether it needs no other look: it has returned, or is found overdue. Of a handler and its
   * tasks on the same thread one is enough at a time.
   */
  private boolean isSettled(Late late, Set<Thread> known, List<Overdue> found) {
    Thread on = late.thread();
    if (on == null || late.sinceEnd().toNanos() < graceNanos || known.contains(on)) {
      return late.hasReturned();
    }
    List<StackTraceElement> stack = late.stack();
    if (stack.isEmpty()) {
      return late.hasReturned();
    }
    known.add(on);
    Overdue now = late.asOverdue(stack);
    if (late instanceof Late.Handler handler) {
      handler.call().setOverdue();
    }
    overdue.put(late, true);
    account.overdue(now);
    calls.overdue(late, now);
    found.add(now);
    if (late.hasReturned()) {
      forget(late);
    }
    return true;
  }

  private static void log(List<Overdue> found) {
    found.stream().limit(MOST_LOGGED).forEach(one -> LOG.log(Level.WARNING, one::toString));
    if (found.size() > MOST_LOGGED) {
      LOG.log(Level.WARNING, "overdue: {0} more", found.size() - MOST_LOGGED);
    }
  }

  // What is seen of it.

  /** How much is overdue now. */
  int count() {
    return overdue.size();
  }

  /** What is overdue now, by the call it is done for. */
  Map<CallIdentity, List<Late>> byCall() {
    Map<CallIdentity, List<Late>> byCall = new HashMap<>();
    for (Late late : overdue.keySet()) {
      byCall.computeIfAbsent(late.work().call(), call -> new ArrayList<>()).add(late);
    }
    return byCall;
  }
}
