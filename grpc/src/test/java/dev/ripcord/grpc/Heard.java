package dev.ripcord.grpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a listener is told. */
class Heard implements CallListener {
  final List<Overdue> overdue = new CopyOnWriteArrayList<>();
  final List<EndedWork> overdueStopped = new CopyOnWriteArrayList<>();
  final AtomicInteger handlersStopped = new AtomicInteger();
  final AtomicInteger tasksStopped = new AtomicInteger();
  final AtomicInteger handlersSkipped = new AtomicInteger();
  final AtomicInteger tasksSkipped = new AtomicInteger();
  final AtomicInteger calleesStopped = new AtomicInteger();
  final AtomicLong undelivered = new AtomicLong();
  final List<Duration> took = new CopyOnWriteArrayList<>();

  @Override
  public void stopped(EndedWork work, Duration after) {
    (work.kind() == EndedWork.Kind.HANDLER ? handlersStopped : tasksStopped).incrementAndGet();
    if (after.isNegative()) {
      took.add(after);
    }
  }

  @Override
  public void skipped(EndedWork work) {
    (work.kind() == EndedWork.Kind.HANDLER ? handlersSkipped : tasksSkipped).incrementAndGet();
  }

  @Override
  public void overdue(Overdue seen) {
    overdue.add(seen);
  }

  @Override
  public void overdueStopped(EndedWork work, Duration after) {
    overdueStopped.add(work);
  }

  @Override
  public void calleeStopped(Duration after) {
    calleesStopped.incrementAndGet();
  }

  @Override
  public void reasonsUndelivered(long calls) {
    undelivered.addAndGet(calls);
  }
}
