package dev.ripcord;

/**
 * Hears of work that does not stop when its context ends, and of work that is not begun because it
 * has. Found by {@link java.util.ServiceLoader}; the gRPC module supplies one for what belongs to
 * its calls. Without any, work costs what it costs.
 *
 * <pre>{@code
 * public final class Stubborn implements WorkObserver {
 *   public boolean observes(Context context) {
 *     return true;
 *   }
 *
 *   public void lingers(ObservedWork work) {
 *     System.out.println(work.name() + " has been told to stop: " + work.cancellation());
 *   }
 * }
 * }</pre>
 *
 * <p>Work is what a {@link TaskGroup} forks, what {@link Context#wrap} binds, and what other
 * modules declare as theirs, such as a statement in a database.
 *
 * <p>Called by whatever thread it happens on, that which ends a context for instance, and by
 * several at once: must neither block nor take long. What it throws goes to the thread's uncaught
 * handler and disturbs nobody.
 */
public interface WorkObserver {

  /** Whether to be told of work under {@code context}; always the same, and quickly said. */
  boolean observes(Context context);

  /** The context of {@code work} has ended, and it has not returned. */
  default void lingers(ObservedWork work) {}

  /** Work that lingered has returned. May come before {@link #lingers} has, on another thread. */
  default void returned(ObservedWork work) {}

  /**
   * Work was not begun, its context being done.
   *
   * @param name for people: the branch, or the class of the task
   */
  default void skipped(ObservedWork.Kind kind, String name, Context context) {}

  /** A thread was interrupted because {@code context} has ended. */
  default void interrupted(Context context) {}
}
