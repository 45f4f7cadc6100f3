package dev.ripcord;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a piece of work may know about the request it is done for: when it must end, whether it has
 * ended and why, and the request's values.
 *
 * <p>Contexts form a tree. A derived context ends when its own {@link CancelScope} is cancelled or
 * its parent ends, whichever is first; it never affects its parent.
 *
 * <pre>{@code
 * try (CancelScope scope = Context.current().withTimeout(Duration.ofSeconds(2))) {
 *   Context ctx = scope.context();
 *   ctx.run(() -> {
 *     while (moreToDo()) {
 *       ctx.throwIfDone();
 *       step();
 *     }
 *   });
 * }
 * }</pre>
 *
 * <p>The interface is open: any object that answers the four abstract questions is a context and
 * may be derived from. Whoever holds a context can look and listen, but cannot end it; that right
 * is the {@link CancelScope}'s alone.
 *
 * <p>All methods may be called from any thread at any time. The semantics follow Go's {@code
 * context} package.
 */
public interface Context {

  /**
   * When this context ends at the latest, or null if no deadline was set here or above. Always the
   * same answer.
   */
  @Nullable Deadline deadline();

  /**
   * Why this context is done: null while it is live, then one object for ever. A deadline that has
   * passed is seen at once, whether or not a timer has run.
   */
  @Nullable Cancellation cancellation();

  /**
   * The value bound to {@code key} here or above, or null. Always the same answer, also after the
   * end.
   */
  <T> @Nullable T value(Key<T> key);

  /**
   * Runs {@code action} once on {@code executor} when this context ends; if it is done already, at
   * once. With {@code Runnable::run} as executor the action runs inline, on the thread that ends
   * the context or on one that listens to the same tree at that very moment, and must not block.
   *
   * <p>An action that throws, or an executor that refuses, is reported to the thread's
   * uncaught-exception handler and disturbs nobody else.
   *
   * @return the handle by which the action is called off; see {@link Registration#stop()}
   */
  Registration onDone(Executor executor, Consumer<Cancellation> action);

  /**
   * Whether this context can end at all: false for {@link #background()} and what only adds values
   * to it. Lets a binding leave out what it would do only for a cancel. Go: {@code Done() != nil}.
   * Always the same answer; true when in doubt.
   */
  default boolean canEnd() {
    return true;
  }

  /** Whether this context has ended. */
  default boolean isDone() {
    return cancellation() != null;
  }

  /**
   * Returns if this context is live. Cheap enough for loops.
   *
   * @throws CanceledException if it was cancelled
   * @throws DeadlineExceededException if its deadline struck
   */
  default void throwIfDone() {
    Cancellation cancellation = cancellation();
    if (cancellation != null) {
      throw cancellation.toException();
    }
  }

  /**
   * Runs {@code action} once when this context ends, on a thread of its own: Go's {@code
   * AfterFunc}. Threads are virtual where the JDK has them, and a virtual one waits for a carrier:
   * an action that stops work which may keep all of these belongs on an executor of its own.
   */
  default Registration onDone(Consumer<Cancellation> action) {
    return onDone(Threads.perTask(), action);
  }

  /**
   * A future that completes when this context ends; complete already if it has. It is a copy:
   * completing or cancelling it changes nothing here, and gives up the listening.
   *
   * <p>Cancel a future that is no longer needed under a context that lives on. Until one of the two
   * ends, the context keeps the future, also when nobody else does: something may have been hung on
   * it, by {@code anyOf} for instance, that still waits for its completion.
   */
  default CompletableFuture<Cancellation> whenDone() {
    return Waiting.futureOf(this);
  }

  /**
   * Waits until this context ends, for {@code atMost}.
   *
   * @return true if the context is done
   * @throws InterruptedException if this thread is interrupted meanwhile
   */
  default boolean awaitDone(Duration atMost) throws InterruptedException {
    return Waiting.await(this, atMost);
  }

  /** The root of everything that belongs to no request: no deadline, no values, never done. */
  static Context background() {
    return Root.BACKGROUND;
  }

  /**
   * Like {@link #background()}, for the place where it is not yet clear which context belongs
   * there.
   */
  static Context todo() {
    return Root.TODO;
  }

  /**
   * A root like {@link #background()} whose descendants take their time from {@code time}; for
   * tests.
   */
  static Context background(TimeSource time) {
    return Root.over(Objects.requireNonNull(time, "time is null"));
  }

  /**
   * The context bound to this thread by {@link #run}, {@link #call} or a wrapper, or {@link
   * #background()}.
   */
  static Context current() {
    Context bound = Threads.storage().current();
    return bound == null ? Root.BACKGROUND : bound;
  }

  /** A child that ends when its scope is cancelled or this context ends. */
  default CancelScope withCancel() {
    return Derive.cancel(this);
  }

  /** A child that also ends at {@code deadline}, unless this context's own deadline is no later. */
  default CancelScope withDeadline(Deadline deadline) {
    return Derive.deadline(this, deadline, Reason.DEADLINE);
  }

  /** {@link #withDeadline(Deadline)} with the reason to report if this very deadline strikes. */
  default CancelScope withDeadline(Deadline deadline, Reason why) {
    return Derive.deadline(this, deadline, why);
  }

  /**
   * {@link #withDeadline(Deadline)} for a deadline that somebody else has set, in another process
   * for instance. If it strikes, {@code told} is given the cancellation and answers with the one to
   * report: the same, with an origin and a path. It may be asked more than once, by any thread, and
   * must neither block nor throw.
   */
  default CancelScope withDeadlineFrom(Deadline deadline, UnaryOperator<Cancellation> told) {
    return Derive.deadlineFrom(this, deadline, told);
  }

  /**
   * A child that also ends {@code timeout} from now. Zero or less is past already; what overflows
   * the clock never ends.
   */
  default CancelScope withTimeout(Duration timeout) {
    return Derive.timeout(this, timeout, Reason.DEADLINE);
  }

  /** {@link #withTimeout(Duration)} with the reason to report if this very deadline strikes. */
  default CancelScope withTimeout(Duration timeout, Reason why) {
    return Derive.timeout(this, timeout, why);
  }

  /**
   * A child in which {@code key} has {@code value}. Null is a value too and hides one bound above.
   */
  default <T> Context withValue(Key<T> key, @Nullable T value) {
    return Derive.value(this, key, value);
  }

  /**
   * A child in which each of {@code values} is bound, as {@link #withValue} would one after the
   * other, but in one step; this context if there are none.
   *
   * <pre>{@code
   * Context ctx = Context.background().withValues(TENANT.boundTo("acme"), LOCALE.boundTo("de"));
   * }</pre>
   */
  default Context withValues(BoundValue... values) {
    return Derive.values(this, values);
  }

  /**
   * A child that keeps the values and nothing else: no deadline, never done, for work that must
   * outlive its request.
   */
  default Context withoutCancel() {
    return Derive.detached(this);
  }

  /**
   * Runs {@code r} with this context as {@link #current()}. Runs it also when this context is done.
   */
  default void run(Runnable r) {
    Objects.requireNonNull(r, "r is null");
    ContextStorage.Binding binding = Threads.storage().attach(this);
    try {
      r.run();
    } finally {
      binding.close();
    }
  }

  /**
   * Calls {@code c} with this context as {@link #current()}. Calls it also when this context is
   * done.
   */
  default <T> T call(Callable<T> c) throws Exception {
    Objects.requireNonNull(c, "c is null");
    ContextStorage.Binding binding = Threads.storage().attach(this);
    try {
      return c.call();
    } finally {
      binding.close();
    }
  }

  /**
   * {@code r} bound to this context; if the context is done when it is run, it returns without
   * running {@code r}.
   */
  default Runnable wrap(Runnable r) {
    return Wrapping.runnable(this, r);
  }

  /**
   * {@code c} bound to this context; if the context is done when it is called, it throws the
   * context's exception instead.
   */
  default <T> Callable<T> wrap(Callable<T> c) {
    return Wrapping.callable(this, c);
  }

  /**
   * An executor that runs its tasks under this context and skips those that were queued behind its
   * end. A skipped {@link java.util.concurrent.FutureTask} is cancelled; an asynchronous step of a
   * {@link CompletableFuture}, or any other future, is run all the same, since nothing else is sure
   * to complete it.
   */
  default Executor wrap(Executor e) {
    return Wrapping.executor(this, e);
  }

  /**
   * An executor service that runs its tasks under this context. The future of a task that was
   * queued behind the context's end completes with the context's exception; it never hangs.
   * Shutting it down shuts {@code e} down.
   */
  default ExecutorService wrap(ExecutorService e) {
    return Wrapping.executorService(this, e);
  }
}
