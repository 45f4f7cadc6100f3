package dev.ripcord.bind;

import dev.ripcord.Context;
import dev.ripcord.ContextException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the bindings do alike when a context ends under somebody's work. */
final class Ending {
  /** How long what was asked to stop may take to do so, unless somebody says. */
  static final Duration GRACE = Duration.ofSeconds(1);

  private static final int DEEPEST_CAUSE = 16; // causes can form a circle

  private Ending() {}

  /** Does {@code work} with {@code context} as the current one. */
  @SuppressWarnings("unchecked") // Context.call throws what the work throws, and that is E
  static <T, E extends Exception> T under(Context context, Work<T, E> work) throws E {
    try {
      return context.call(work);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw (E) e;
    }
  }

  /** The exception of a context that is done, and what the work had to say when it was stopped. */
  static ContextException exceptionOf(Context done, @Nullable Throwable consequence) {
    ContextException end = Objects.requireNonNull(done.cancellation()).toException();
    if (consequence != null) {
      end.addSuppressed(consequence);
    }
    return end;
  }

  /** Whether an interrupt brought {@code failure} about, as far as one can tell from it. */
  static boolean isInterruption(Throwable failure) {
    Throwable at = failure;
    for (int depth = 0; at != null && depth < DEEPEST_CAUSE; depth++) {
      if (at instanceof InterruptedException
          || at instanceof ClosedByInterruptException
          // What a socket tells an interrupted virtual thread.
          || at instanceof SocketException
          || (at instanceof InterruptedIOException && !(at instanceof SocketTimeoutException))) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  /** Waits for {@code atMost}; an interrupt meanwhile is kept for after. */
  static boolean awaitUninterruptibly(CountDownLatch latch, Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return latch.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** {@code grace} if it can be waited for. */
  static Duration checked(Duration grace) {
    Objects.requireNonNull(grace, "grace is null");
    if (grace.isNegative() || grace.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("a grace of " + grace + " is not between 0 and one day");
    }
    return grace;
  }
}
