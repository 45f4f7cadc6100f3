package dev.ripcord.bind;

import dev.ripcord.Context;
import dev.ripcord.ObservedWork;
import dev.ripcord.Registration;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Work that heeds interrupts stops when its context ends: the end interrupts the thread that does
 * it, and none of that interrupt is left when the work is over.
 *
 * <pre>{@code
 * Order order = Interruptible.call(Context.current(), () -> orders.take());
 * }</pre>
 *
 * <p>What waits in {@code sleep}, {@code Future.get}, a queue, a condition, {@code
 * lockInterruptibly} or a channel heeds them. {@code synchronized}, {@code Lock.lock()}, a socket's
 * streams on a platform thread and a loop that computes do not, and go on; never put JDBC in here,
 * since an interrupt destroys its connection and leaves the statement running. The end also reaches
 * work that calls this again, with the same or another context.
 *
 * <p>An interrupt by somebody else is never taken for the end's. It makes the work throw {@link
 * InterruptedException} as ever, or is still set when this returns or throws, also if it came at
 * the moment of the end. Only work that uses channels may hide one that comes together with the
 * end's, before either is noticed: docs/rationale.md, "How can an interrupt be told from another?"
 *
 * <p>Any thread, platform or virtual.
 */
public final class Interruptible {
  private Interruptible() {}

  /**
   * Does {@code work} on this thread, with {@code context} as {@link Context#current()}.
   *
   * @return what it returns, also if the context ended meanwhile
   * @throws E what it throws
   * @throws dev.ripcord.ContextException if the context was done before, or if its end is what the
   *     work was interrupted by; what the work threw then is suppressed in it
   */
  public static <T, E extends Exception> T call(Context context, Work<T, E> work) throws E {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(work, "work is null");
    context.throwIfDone();
    return context.canEnd() ? interrupted(context, work) : Ending.under(context, work);
  }

  /** {@link #call(Context, Work)} for a callable that may throw anything. */
  public static <T> T call(Context context, Callable<T> work) throws Exception {
    Objects.requireNonNull(work, "work is null");
    return call(context, (Work<T, Exception>) work::call);
  }

  /** {@link #call(Context, Work)} for work without a result. */
  public static <E extends Exception> void run(Context context, Action<E> work) throws E {
    Objects.requireNonNull(work, "work is null");
    call(context, work.asWork());
  }

  private static <T, E extends Exception> T interrupted(Context context, Work<T, E> work) throws E {
    Interrupts.Stay stay = Interrupts.enter();
    T result;
    try {
      result = listening(context, stay, work);
    } catch (Throwable failure) {
      if (stay.leave() && Ending.isInterruption(failure)) {
        throw Ending.exceptionOf(context, failure);
      }
      throw failure;
    }
    stay.leave();
    return result;
  }

  private static <T, E extends Exception> T listening(
      Context context, Interrupts.Stay stay, Work<T, E> work) throws E {
    // Inline: an interrupt blocks nobody, and the work ends one hop sooner.
    Registration hook =
        context.onDone(
            Runnable::run,
            why -> {
              stay.interrupt();
              ObservedWork.interrupted(context);
            });
    try {
      return Ending.under(context, work);
    } finally {
      hook.stopOrJoin();
    }
  }
}
