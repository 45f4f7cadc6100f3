package dev.ripcord.bind;

import dev.ripcord.Context;
import java.time.Duration;

/**
 * What blocks on a socket, a channel, a stream or anything else that can be closed, stops when its
 * context ends: the end closes it.
 *
 * <pre>{@code
 * try (Socket socket = new Socket(host, port)) {
 *   return Closeables.call(Context.current(), socket, () -> socket.getInputStream().read());
 * }
 * }</pre>
 *
 * <p>Closing is done by a thread of its own, since it may block: a TLS socket says good-bye first.
 * If it does not set the work free within the grace, the thread that works is interrupted as well,
 * as by {@link Interruptible}. Work that heeds neither goes on, and this waits for it.
 */
public final class Closeables {
  private Closeables() {}

  /**
   * From now on, and until the answer is closed, the end of {@code context} closes each of {@code
   * resources}; at once if it is done.
   */
  public static Closing closing(Context context, AutoCloseable... resources) {
    return closing(context, Ending.GRACE, resources);
  }

  /**
   * {@link #closing(Context, AutoCloseable...)} with another grace than a second.
   *
   * @param grace how long a close may take, before the work is interrupted, and before whoever
   *     waits goes on without it; at most a day
   */
  public static Closing closing(Context context, Duration grace, AutoCloseable... resources) {
    return new Closing(context, grace, resources);
  }

  /**
   * Does {@code work}, which blocks on {@code resource}, on this thread; see {@link Closing#call}.
   * The resource stays open unless {@code context} ends.
   */
  public static <T, E extends Exception> T call(
      Context context, AutoCloseable resource, Work<T, E> work) throws E {
    try (Closing closing = closing(context, resource)) {
      return closing.call(work);
    }
  }

  /** {@link #call} for work without a result. */
  public static <E extends Exception> void run(
      Context context, AutoCloseable resource, Action<E> work) throws E {
    try (Closing closing = closing(context, resource)) {
      closing.run(work);
    }
  }
}
