package dev.ripcord.bind;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Resources that are closed when their context ends, until this is closed.
 *
 * <pre>{@code
 * try (Closing closing = Closeables.closing(ctx, socket)) {
 *   int version = closing.call(() -> in.read());
 *   closing.run(() -> out.write(answerTo(version)));
 * } // from here on the end of ctx leaves the socket alone
 * }</pre>
 *
 * <p>Any thread, several at once.
 */
public final class Closing implements AutoCloseable {
  private final Context context;
  private final Duration grace;
  private final List<Resource> resources = new ArrayList<>();

  Closing(Context context, Duration grace, AutoCloseable... resources) {
    this.context = Objects.requireNonNull(context, "context is null");
    this.grace = Ending.checked(grace);
    for (AutoCloseable each : Objects.requireNonNull(resources, "resources is null")) {
      this.resources.add(new Resource(Objects.requireNonNull(each, "a resource is null")));
    }
    for (Resource each : this.resources) {
      each.listen(context);
    }
  }

  /**
   * Does {@code work} on this thread, with the context as {@link Context#current()}.
   *
   * <p>Whatever the work throws once its context has ended and the closing has begun is taken for a
   * consequence. What it returns all the same is returned: ask the context if the work takes the
   * end of a stream for the end of the data.
   *
   * @throws ContextException if the context was done before, or ended under the work; suppressed in
   *     it are what the work threw, what closing threw, and a {@link NotStoppedException} for what
   *     is still being closed after the grace
   */
  public <T, E extends Exception> T call(Work<T, E> work) throws E {
    Objects.requireNonNull(work, "work is null");
    context.throwIfDone();
    Interrupts.Stay stay = Interrupts.enter();
    T result;
    try {
      result = listening(stay, work);
    } catch (Throwable failure) {
      boolean interrupted = stay.leave() && Ending.isInterruption(failure);
      if (failure instanceof Exception && (interrupted || hasBegun())) {
        throw explained(failure);
      }
      throw failure;
    }
    stay.leave();
    return result;
  }

  /** {@link #call} for work without a result. */
  public <E extends Exception> void run(Action<E> work) throws E {
    Objects.requireNonNull(work, "work is null");
    call(work.asWork());
  }

  private <T, E extends Exception> T listening(Interrupts.Stay stay, Work<T, E> work) throws E {
    AtomicReference<@Nullable Registration> patience = new AtomicReference<>();
    Registration hook =
        context.onDone(Runnable::run, why -> patience.set(afterGrace(stay::interrupt)));
    try {
      return Ending.under(context, work);
    } finally {
      hook.stopOrJoin();
      Registration begun = patience.get();
      if (begun != null) {
        begun.stopOrJoin();
      }
    }
  }

  /** Runs {@code then} when the grace from now on is over. */
  private Registration afterGrace(Runnable then) {
    CancelScope over = Context.background().withTimeout(grace); // garbage once nobody listens
    return over.context().onDone(StopThreads::run, why -> then.run());
  }

  /** Whether the end has closed any of it, or tries to. */
  private boolean hasBegun() {
    return resources.stream().anyMatch(each -> each.begun);
  }

  private ContextException explained(Throwable consequence) {
    ContextException end = Ending.exceptionOf(context, consequence);
    problems().stream().filter(each -> each != consequence).forEach(end::addSuppressed);
    return end;
  }

  /**
   * What went wrong with the closing, empty as long as there was none: what a {@code close} threw,
   * and a {@link NotStoppedException} for one that has not returned. Waits for it as long as the
   * grace allows.
   */
  public List<Throwable> problems() {
    List<Throwable> problems = new ArrayList<>();
    for (Resource each : resources) {
      Throwable problem = each.problem();
      if (problem != null) {
        problems.add(problem);
      }
    }
    return problems;
  }

  /**
   * Leaves the resources alone from now on, and open if the context has not ended. If it has, waits
   * for them to be closed, as long as the grace allows.
   */
  @Override
  public void close() {
    for (Resource each : resources) {
      each.leaveAlone();
    }
  }

  private final class Resource {
    private final AutoCloseable closed;
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable Registration hook; // set once, before anybody else can ask
    private volatile boolean begun;
    private volatile long begunNanos; // written before `begun`
    private volatile @Nullable Thread closer;
    private volatile @Nullable Throwable failure;

    Resource(AutoCloseable closed) {
      this.closed = closed;
    }

    void listen(Context context) {
      hook = context.onDone(StopThreads::run, why -> closeIt());
    }

    private void closeIt() {
      closer = Thread.currentThread();
      begunNanos = System.nanoTime();
      begun = true;
      try {
        closed.close();
      } catch (Throwable t) {
        failure = t;
      } finally {
        done.countDown();
      }
    }

    void leaveAlone() {
      if (!Objects.requireNonNull(hook).stop()) {
        awaitDone();
      }
    }

    private boolean awaitDone() {
      // Started, but perhaps still on its way to a thread; then its time has not begun.
      Duration left = begun ? grace.minusNanos(System.nanoTime() - begunNanos) : grace;
      return Ending.awaitUninterruptibly(done, left);
    }

    @Nullable Throwable problem() {
      if (!begun) {
        return null;
      }
      Thread closing = Objects.requireNonNull(closer);
      return awaitDone() ? failure : new NotStoppedException(stillBeingClosed(), closing);
    }

    private String stillBeingClosed() {
      return closed.getClass().getName()
          + " is still being closed "
          + grace
          + " after its context ended";
    }
  }
}
