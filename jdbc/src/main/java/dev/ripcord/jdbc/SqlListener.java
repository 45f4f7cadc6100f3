package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import java.time.Duration;

/**
 * Hears of SQL whose context has ended. For metrics, mostly; {@code dev.ripcord.jdbc.micrometer}
 * has the usual ones.
 *
 * <pre>{@code
 * DataSource dataSource =
 *     ContextDataSource.wrap(pool)
 *         .telling(
 *             new SqlListener() {
 *               public void stopped(Cancellation why, Duration took, boolean cut) {
 *                 log.info("{} {} ms after {}", cut ? "cut" : "done", took.toMillis(), why);
 *               }
 *             });
 * }</pre>
 *
 * <p>What is executed and returns while its context lives is never mentioned, and costs no more for
 * a listener. A listener is told on the thread that used the connection, when the driver has
 * returned and no lock is held: one that blocks holds up that thread and no other. What it throws
 * is logged and does not change what that thread gets.
 */
public interface SqlListener {

  /** What was to be executed or fetched was not sent, the context being done. */
  default void skipped(Cancellation why) {}

  /**
   * What was being executed or fetched when its context ended has returned.
   *
   * @param took since the context's end
   * @param cut whether it was given up, as its caller is told by an exception; else it was done all
   *     the same
   */
  default void stopped(Cancellation why, Duration took, boolean cut) {}

  /** Somebody has given up waiting for a connection, the context having ended. */
  default void waitedInVain(Cancellation why) {}
}
