package dev.ripcord.grpc;

import java.time.Duration;

/**
 * Hears how calls end that do not end by themselves: how long it takes them to stop, what is
 * spared, and what does not stop. For metrics, mostly; {@code dev.ripcord.grpc.micrometer} has the
 * usual ones.
 *
 * <pre>{@code
 * ripcord.listen(
 *     new CallListener() {
 *       public void stopped(EndedWork work, Duration took) {
 *         log.info("{} stopped {} ms after {}", work.call().method(), took.toMillis(), work.why());
 *       }
 *     });
 * }</pre>
 *
 * <p>A call whose context does not end before its handler has returned is never mentioned here.
 *
 * <p>A listener is told on a thread of its own, with no lock held, one thing after another and soon
 * after it has happened. One that blocks or takes long misses what happens beyond {@value
 * Announcer#MOST_WAITING} things it has not been told yet; that is counted as {@link
 * Counters#eventsUntold()}, and delays nobody: no call, no cancel, no other listener. What it
 * throws is logged, the first time as a warning, and it is told the next all the same. {@link
 * Ripcord#counters()} has the numbers whether anybody listens or not.
 */
public interface CallListener {

  /** Work has returned {@code took} after its context had ended: cancel-to-stop time. */
  default void stopped(EndedWork work, Duration took) {}

  /** Work was not begun, its context being done. */
  default void skipped(EndedWork work) {}

  /** Work still runs when the grace is over; told once of each. */
  default void overdue(Overdue overdue) {}

  /** Work that was overdue has returned; {@link #stopped} tells of it as well. */
  default void overdueStopped(EndedWork work, Duration took) {}

  /**
   * A callee reports that the handler of a call which was ended here has returned.
   *
   * @param took since it was ended here
   */
  default void calleeStopped(Duration took) {}

  /** So many calls were ended here whose callees could not be told why. */
  default void reasonsUndelivered(long calls) {}

  /** A thread was interrupted because a call's context has ended. */
  default void interrupted(CallIdentity call) {}
}
