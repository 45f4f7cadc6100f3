package dev.ripcord.grpc;

import java.time.Duration;
import java.util.List;

/**
 * Work that still ran when the grace after its context's end was over, as it was then.
 *
 * @param work what
 * @param sinceEnd how long ago its context had ended
 * @param thread the name of the thread it was on; may be empty
 * @param stack where it was, the innermost call first
 */
public record Overdue(
    EndedWork work, Duration sinceEnd, String thread, List<StackTraceElement> stack) {

  /** Copies the stack. */
  public Overdue {
    stack = List.copyOf(stack);
  }

  /** As it is logged: several lines. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("overdue: ").append(work);
    text.append(" still runs ").append(sinceEnd.toMillis());
    text.append(" ms after its context has ended (").append(work.why()).append("). It is here");
    text.append(thread.isEmpty() ? ":" : ", on thread " + thread + ":");
    stack.forEach(frame -> text.append("\n    at ").append(frame));
    return text.toString();
  }
}
