package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import java.util.Objects;

/**
 * Work for a call whose context has ended before it had returned, or before it was begun.
 *
 * @param kind what sort of work
 * @param name for people: the method, {@code package.Service/Method}; the branch of a task group,
 *     or the class of another task; may be empty
 * @param call the call it was done for
 * @param why how the context ended
 */
public record EndedWork(Kind kind, String name, CallIdentity call, Cancellation why) {

  /** What sort of work. */
  public enum Kind {
    /** The handler of the call itself. */
    HANDLER,
    /** A branch of a task group, or a wrapped task. */
    TASK,
    /** Something a database executes. */
    STATEMENT
  }

  /** Checks that nothing is null. */
  public EndedWork {
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(call, "call is null");
    Objects.requireNonNull(why, "why is null");
  }

  /** {@code the handler of ...}, {@code task "report" of ...}. */
  @Override
  public String toString() {
    return switch (kind) {
      case HANDLER -> "the handler of " + call;
      case TASK -> "task \"" + name + "\" of " + call;
      case STATEMENT -> "a statement of " + call;
    };
  }
}
