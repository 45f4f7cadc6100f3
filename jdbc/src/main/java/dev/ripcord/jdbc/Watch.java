package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Listens to one context for one connection, and has what the driver executes for it cancelled when
 * it ends.
 *
 * <pre>
 *   using thread   executing := me, done? ----- driver works ----- executing := null, ending? wait
 *   listener                      ending := new, executing? cancel  cancel  cancel .. none under way
 * </pre>
 *
 * <p>Each side writes first and looks after, at the other's state: a statement that does not see
 * the end is seen by the listener, and whoever leaves a statement waits for a cancel under way,
 * which would hit the next. How it is cancelled: see {@link Ending}.
 *
 * <p>One listener serves all that is executed for the context, one thing after another: fetching
 * row by row costs no registration per row. Most contexts end when all is done, so what is needed
 * only for a cancel is made when one is.
 */
final class Watch {
  final Context context;
  final DriverCancel driver;
  final LastResort lastResort;
  private final Registration listening;
  @Nullable Statement statement; // of what is executing; written before it is
  volatile @Nullable Thread executing; // written by the using thread
  volatile boolean streaming; // set by the using thread while it executes
  private volatile boolean ended;
  private volatile @Nullable Ending ending; // set by the listener before it looks at executing

  private Watch(Context context, DriverCancel driver, LastResort lastResort) {
    this.context = context;
    this.driver = driver;
    this.lastResort = lastResort;
    this.listening = context.onDone(Runnable::run, this::contextEnded);
  }

  static Watch over(Context context, DriverCancel driver, LastResort lastResort) {
    return new Watch(context, driver, lastResort);
  }

  boolean isOver(Context other) {
    return context == other;
  }

  /** Runs {@code call} unless the context is done. One at a time. */
  <T> @Nullable T run(@Nullable Statement named, SqlCall<T> call) throws SQLException {
    statement = named;
    executing = Thread.currentThread();
    boolean cancelled = false;
    T answer;
    try {
      Cut.throwIfDone(context);
      answer = ask(named, call);
    } finally {
      executing = null;
      Ending end = ending;
      if (end != null) {
        cancelled = end.leave();
      }
    }
    if (cancelled && driver.isDoubtful(answer, named)) {
      Cut.throwIfDone(context);
    }
    return answer;
  }

  private <T> @Nullable T ask(@Nullable Statement named, SqlCall<T> call) throws SQLException {
    try {
      T answer = call.run();
      if (driver.isStreaming(named)) {
        streaming = true;
      }
      return answer;
    } catch (SQLException e) {
      Ending end = ending;
      throw end == null ? Cut.orFailure(context, e) : end.explain(e);
    }
  }

  /** On the thread that ends the context, which must not be held up. */
  private void contextEnded(Cancellation why) {
    Ending end = new Ending(this, why);
    ending = end;
    if (isAtWork()) {
      OwnThread.run(end::cancelWhileAtWork);
    }
  }

  /** Whether there is something to cancel. */
  boolean isAtWork() {
    return !ended && (executing != null || streaming);
  }

  /**
   * Whoever read rows that the server sends one by one reads no more of them. When this returns, no
   * cancel for them is under way.
   */
  void endStream() {
    if (streaming) {
      streaming = false;
      awaitCancel();
    }
  }

  /**
   * Stops listening. When this returns, no cancel is under way and none will be, whatever is
   * executing. Any thread, any number of times.
   */
  void end() {
    if (listening.stop()) {
      return; // nobody began to cancel, and nobody will
    }
    ended = true;
    awaitCancel();
  }

  private void awaitCancel() {
    Ending end = ending;
    if (end != null) {
      end.awaitCancel();
    }
  }

  /** Like {@link #end()}, for a connection that is lost: does not wait. */
  void giveUp() {
    listening.stop();
    ended = true;
    Ending end = ending;
    if (end != null) {
      end.giveUp();
    }
  }

  /** Waits for a cancel that was under way when the connection was given up. */
  void awaitLateCancel() {
    Ending end = ending;
    if (end != null) {
      end.awaitLateCancel();
    }
  }
}
