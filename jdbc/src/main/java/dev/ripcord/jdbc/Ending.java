package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.ObservedWork;
import dev.ripcord.Registration;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is done when the context of a {@link Watch} has ended while something is at work for it.
 *
 * <pre>
 *   canceling thread   cancel   cancel     cancel ...      until the using thread has left
 *                           `-10-'`- 20 ms -'
 *   timer              `----------- grace -----------' the connection is given up
 * </pre>
 *
 * <p>A cancel that reaches the server before the statement does is lost, so it is repeated. A
 * driver that does not let go of the statement, or of the cancel, costs the connection: it is
 * aborted, and nobody waits for either any more.
 */
final class Ending {
  private static final Logger LOG = System.getLogger(Ending.class.getName());
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(160);

  private final Watch watch;
  private final Cancellation why;
  private final ReentrantLock lock = new ReentrantLock(); // held for a few writes only
  private final Condition changed = lock.newCondition();
  private boolean sending; // guarded by lock
  private boolean sent; // set under lock while something is at work, cleared by the using thread
  private volatile boolean givenUp;
  private volatile boolean overdue; // before it is given up, so that its failure tells

  Ending(Watch watch, Cancellation why) {
    this.watch = watch;
    this.why = why;
  }

  // On the using thread.

  /**
   * When this returns, no cancel is under way and nothing is left of those that were, or the
   * connection has been given up. True if something was cancelled.
   */
  boolean leave() {
    awaitCancel();
    boolean cancelled = sent;
    if (cancelled && !givenUp) {
      sent = false;
      settle();
    }
    return cancelled;
  }

  void awaitCancel() {
    lock.lock();
    try {
      changed.signalAll();
      while (sending && !givenUp) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    try {
      watch.driver.settle();
    } catch (SQLException | RuntimeException e) {
      watch.lastResort.abandon(); // what is left of the cancel must not hit the next
    }
  }

  /** How to report {@code failure} of what was executing. */
  SQLException explain(SQLException failure) {
    return overdue ? Cut.givenUp(why, failure, watch.lastResort) : Cut.exception(why, failure);
  }

  // On the canceling thread.

  void cancelWhileAtWork() {
    ObservedWork lingering = lingering();
    Registration timer = watch.lastResort.begin(this::giveUpIfAtWork);
    try {
      long pause = FIRST_PAUSE_NANOS;
      while (isSent()) {
        awaitReturn(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      }
    } finally {
      timer.stop();
      if (lingering != null) {
        lingering.end();
      }
    }
  }

  /** What executes is being told to stop. Should it not, somebody may want to know. */
  private @Nullable ObservedWork lingering() {
    Thread user = watch.executing;
    return user == null
        ? null
        : ObservedWork.lingering(ObservedWork.Kind.STATEMENT, "", watch.context, why, user);
  }

  /** Cancels what is executing, or what sends rows between two of them; false if nothing is. */
  private boolean isSent() {
    lock.lock();
    try {
      if (!watch.isAtWork()) {
        return false;
      }
      sending = true;
      sent = true;
    } finally {
      lock.unlock();
    }
    boolean betweenRows = watch.executing == null;
    try {
      watch.driver.cancel(watch.statement);
    } catch (SQLException | RuntimeException refused) {
      betweenRows = false; // not sent, so it still runs: the next round tries again
    } finally {
      noLongerSending(betweenRows);
    }
    return true;
  }

  private void noLongerSending(boolean streamHasEnded) {
    Thread.interrupted(); // left behind by a driver, it would keep this thread from pausing
    lock.lock();
    try {
      sending = false;
      if (streamHasEnded) {
        watch.streaming = false;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitReturn(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (left > 0 && watch.isAtWork()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // This thread has nothing else to do; giving up would lose the cancel.
    } finally {
      lock.unlock();
    }
  }

  // On the timer's thread.

  private void giveUpIfAtWork() {
    Thread stuck = watch.executing;
    if (!watch.isAtWork() && !isSending()) {
      return;
    }
    String report = Cut.report(why, watch.lastResort, stuck); // while it is still there
    overdue = true;
    watch.lastResort.abandon();
    watch.giveUp();
    LOG.log(Level.WARNING, report);
  }

  private boolean isSending() {
    lock.lock();
    try {
      return sending;
    } finally {
      lock.unlock();
    }
  }

  // On any thread.

  /** The connection is lost: nobody need wait for anything on it. */
  void giveUp() {
    lock.lock();
    try {
      givenUp = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void awaitLateCancel() {
    lock.lock();
    try {
      while (sending) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
