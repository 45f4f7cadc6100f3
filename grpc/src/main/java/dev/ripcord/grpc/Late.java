package dev.ripcord.grpc;

import dev.ripcord.ObservedWork;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something whose context has ended and which has not returned: the handler of a call, or work
 * below it.
 */
interface Late {

  EndedWork work();

  Duration sinceEnd();

  /** Where it runs; null if that is not known just now. */
  @Nullable Thread thread();

  boolean hasReturned();

  /**
   * Where it is, the innermost call first; empty if it has returned, or cannot be seen just now.
   */
  default List<StackTraceElement> stack() {
    Thread seen = thread();
    List<StackTraceElement> frames = seen == null ? List.of() : List.of(seen.getStackTrace());
    // The thread may have left for other work while it was being looked at.
    return thread() == seen && !hasReturned() ? frames : List.of();
  }

  default Overdue asOverdue(List<StackTraceElement> stack) {
    Thread on = thread();
    return new Overdue(work(), sinceEnd(), on == null ? "" : nameOf(on), stack);
  }

  /** Virtual threads usually have no name. */
  static String nameOf(Thread thread) {
    return thread.getName().isEmpty() ? "#" + thread.getId() : thread.getName();
  }

  /** A handler, by the thread of its callback that runs. */
  record Handler(HandledCall call) implements Late {
    @Override
    public EndedWork work() {
      return call.asEndedWork();
    }

    @Override
    public Duration sinceEnd() {
      return Duration.ofNanos(System.nanoTime() - call.endedNanos());
    }

    @Override
    public @Nullable Thread thread() {
      return call.runner();
    }

    @Override
    public boolean hasReturned() {
      return call.isStopped();
    }
  }

  /** A task or a statement. */
  record Below(CallIdentity call, ObservedWork lingering) implements Late {
    ObservedWork.Kind kind() {
      return lingering.kind();
    }

    @Override
    public EndedWork work() {
      return new EndedWork(
          CallWork.kind(lingering.kind()), lingering.name(), call, lingering.cancellation());
    }

    @Override
    public Duration sinceEnd() {
      return lingering.sinceEnd();
    }

    @Override
    public Thread thread() {
      return lingering.thread();
    }

    @Override
    public boolean hasReturned() {
      return lingering.hasReturned();
    }
  }
}
