package dev.ripcord;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Something that runs on a thread under a context. It lingers from the end of its context to its
 * return; nobody hears of work that returns before.
 *
 * <p>Who runs work of an own kind, and hears of the end of its context anyway, declares it like
 * this:
 *
 * <pre>{@code
 * ObservedWork lingering = ObservedWork.lingering(Kind.STATEMENT, "", context, why, executingThread);
 * cancelIt();
 * lingering.end(); // when it has returned
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class ObservedWork {

  /** What sort of work. */
  public enum Kind {
    /** A branch of a {@link TaskGroup}, or what {@link Context#wrap} has bound. */
    TASK,
    /** Something a database executes. */
    STATEMENT
  }

  private static final int RUNS = 0;
  private static final int LINGERS = 1;
  private static final int OVER = 2;

  private final Kind kind;
  private final Object named;
  private final Context context;
  private final Thread thread;
  private final AtomicInteger state = new AtomicInteger(RUNS);
  private volatile @Nullable Cancellation cancellation; // set once, before it lingers
  private volatile long endedNanos; // set just before cancellation
  private @Nullable Registration listening; // set once, by begin

  private ObservedWork(Kind kind, Object named, Context context, Thread thread) {
    this.kind = Objects.requireNonNull(kind, "kind is null");
    this.named = Objects.requireNonNull(named, "name is null");
    this.context = Objects.requireNonNull(context, "context is null");
    this.thread = Objects.requireNonNull(thread, "thread is null");
  }

  /**
   * Calls {@code c} under {@code context}, as a task.
   *
   * @param named its name, or an object whose class names it
   */
  static <T> T task(Context context, Object named, Callable<T> c) throws Exception {
    ObservedWork work = begin(Kind.TASK, named, context);
    try {
      return context.call(c);
    } finally {
      if (work != null) {
        work.end();
      }
    }
  }

  static void task(Context context, Runnable r) {
    ObservedWork work = begin(Kind.TASK, r, context);
    try {
      context.run(r);
    } finally {
      if (work != null) {
        work.end();
      }
    }
  }

  /** Begins on this thread now; null if nobody observes it. */
  private static @Nullable ObservedWork begin(Kind kind, Object named, Context context) {
    if (!context.canEnd() || !Observers.observe(context)) {
      return null;
    }
    ObservedWork work = new ObservedWork(kind, named, context, Thread.currentThread());
    work.listening = context.onDone(Runnable::run, work::ended);
    return work;
  }

  /** Tells that work is not begun, its context being done. */
  static void skipped(Kind kind, Object named, Context context) {
    Observers.tell(context, observer -> observer.skipped(kind, nameOf(named), context));
  }

  /**
   * Work whose context has just ended and which runs on.
   *
   * @param name for people; may be empty
   * @param why how {@code context} has ended
   * @param thread where it runs
   */
  public static ObservedWork lingering(
      Kind kind, String name, Context context, Cancellation why, Thread thread) {
    ObservedWork work = new ObservedWork(kind, name, context, thread);
    work.ended(Objects.requireNonNull(why, "why is null"));
    return work;
  }

  /**
   * Tells that this thread, or another, is interrupted because {@code context} has ended; for who
   * does that.
   */
  public static void interrupted(Context context) {
    Objects.requireNonNull(context, "context is null");
    Observers.tell(context, observer -> observer.interrupted(context));
  }

  private void ended(Cancellation why) {
    endedNanos = System.nanoTime();
    cancellation = why;
    if (state.compareAndSet(RUNS, LINGERS)) {
      Observers.tell(context, observer -> observer.lingers(this));
    }
  }

  /** It has returned. More than once does no harm. */
  public void end() {
    if (listening != null && listening.stop()) {
      Cancellation why = context.cancellation();
      if (why != null) {
        ended(why); // the work has seen the end before this was told of it
      }
    }
    if (state.getAndSet(OVER) == LINGERS) {
      Observers.tell(context, observer -> observer.returned(this));
    }
  }

  /** What sort of work it is. */
  public Kind kind() {
    return kind;
  }

  /** For people: the branch of a {@link TaskGroup}, else the class of the task; may be empty. */
  public String name() {
    return nameOf(named);
  }

  /** {@code com.acme.Report}, also for the lambdas in it. */
  private static String nameOf(Object named) {
    if (named instanceof String name) {
      return name;
    }
    String type = named.getClass().getName();
    int lambda = type.indexOf("$$Lambda");
    return lambda < 0 ? type : type.substring(0, lambda);
  }

  /** What it runs under. */
  public Context context() {
    return context;
  }

  /** Where it runs. Once it has returned, the thread may be at something else. */
  public Thread thread() {
    return thread;
  }

  /** Why its context has ended. */
  public Cancellation cancellation() {
    return Objects.requireNonNull(cancellation, "it does not linger");
  }

  /** How long ago its context ended, by the monotonic clock. */
  public Duration sinceEnd() {
    return Duration.ofNanos(System.nanoTime() - endedNanos);
  }

  /** Whether it has. */
  public boolean hasReturned() {
    return state.get() == OVER;
  }

  /** Where it is, the innermost call first; empty if it has returned. */
  public List<StackTraceElement> stack() {
    List<StackTraceElement> frames = List.of(thread.getStackTrace());
    // The thread may have left for other work while it was being looked at.
    return hasReturned() ? List.of() : frames;
  }

  @Override
  public String toString() {
    return kind + "[" + name() + "]";
  }
}
