package dev.ripcord.grpc;

import dev.ripcord.Registration;
import dev.ripcord.grpc.Counters.Event;
import java.time.Duration;

/** Keeps count of what stops, what does not, and what is spared; and has it told to listeners. */
final class Account {
  private final Counters counters = new Counters(this::counted);
  private final Announcer announcer = new Announcer(counters);
  private final StopTimes handlers = new StopTimes(nanos -> {});
  private final StopTimes callees = new StopTimes(this::calleeStopped);

  Counters counters() {
    return counters;
  }

  /** Of handlers here. */
  StopTimes stopTimes() {
    return handlers;
  }

  /** Of callees' handlers, as they report. */
  StopTimes calleesStopTimes() {
    return callees;
  }

  Registration listen(CallListener listener) {
    return announcer.listen(listener);
  }

  /** The handler of a call has returned after its context had ended. */
  void stopped(HandledCall call, long nanos) {
    handlers.add(nanos);
    if (announcer.isHeard()) {
      stopped(call.asEndedWork(), Duration.ofNanos(nanos));
    }
  }

  void stopped(EndedWork work, Duration took) {
    announcer.tell(listener -> listener.stopped(work, took));
  }

  void skipped(EndedWork work) {
    counters.count(
        work.kind() == EndedWork.Kind.HANDLER ? Event.CALLS_SKIPPED : Event.TASKS_SKIPPED);
    announcer.tell(listener -> listener.skipped(work));
  }

  void overdue(Overdue overdue) {
    counters.count(overdueEvent(overdue.work().kind()));
    announcer.tell(listener -> listener.overdue(overdue));
  }

  void overdueStopped(EndedWork work, Duration took) {
    announcer.tell(listener -> listener.overdueStopped(work, took));
  }

  private static Event overdueEvent(EndedWork.Kind kind) {
    return switch (kind) {
      case HANDLER -> Event.OVERDUE_HANDLERS;
      case TASK -> Event.OVERDUE_TASKS;
      case STATEMENT -> Event.OVERDUE_STATEMENTS;
    };
  }

  void interrupted(CallIdentity call) {
    counters.count(Event.INTERRUPTS_SENT);
    announcer.tell(listener -> listener.interrupted(call));
  }

  private void calleeStopped(long nanos) {
    if (announcer.isHeard()) {
      announcer.tell(listener -> listener.calleeStopped(Duration.ofNanos(nanos)));
    }
  }

  private void counted(Event event, long times) {
    if (event == Event.REASONS_UNDELIVERED && times > 0) {
      announcer.tell(listener -> listener.reasonsUndelivered(times));
    }
  }
}
