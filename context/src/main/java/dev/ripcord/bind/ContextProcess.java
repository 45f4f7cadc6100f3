package dev.ripcord.bind;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A process that is stopped when its context ends, or when this is closed; see {@link Processes}.
 *
 * <pre>
 *   running ── exits by itself ──► exited     waitFor: the exit code
 *      |
 *   context ends, or close()
 *      |
 *     cut: asked ── grace ──► killed ── a moment ──► given up     waitFor: the ContextException
 *             '--- gone ---.     '---- gone ----.         '----► streams closed
 * </pre>
 *
 * <p>Any thread, several at once.
 */
public final class ContextProcess implements AutoCloseable {
  private enum End {
    EXITED,
    CUT
  }

  private final ProcessTree tree;
  private final Duration grace;
  private final CancelScope scope;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final CompletableFuture<Long> stopping = new CompletableFuture<>(); // since when
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile List<ProcessHandle> survivors = List.of(); // written before `stopped`
  private @Nullable Registration hook; // set before anybody else has this

  private ContextProcess(Context context, ProcessTree tree, Duration grace) {
    this.tree = tree;
    this.grace = grace;
    this.scope = context.withCancel();
  }

  static ContextProcess start(Context context, ProcessBuilder builder, Duration grace)
      throws IOException {
    ContextProcess process = new ContextProcess(context, ProcessTree.start(builder), grace);
    var unused = process.process().onExit().thenRun(() -> process.end.complete(End.EXITED));
    process.hook = process.scope.context().onDone(StopThreads::run, why -> process.stop());
    return process;
  }

  /** The process itself, for its streams. */
  public Process process() {
    return tree.root();
  }

  /**
   * Waits until the process has ended.
   *
   * @return the exit code, if it ended by itself
   * @throws ContextException if its context ended first, or this was closed: then it has been
   *     stopped, or suppressed in it is a {@link NotStoppedException} for each process that still
   *     runs a moment after it was killed
   * @throws InterruptedException if somebody interrupts this thread; the process goes on
   */
  public int waitFor() throws InterruptedException {
    if (got(end) == End.EXITED) {
      return process().exitValue();
    }
    throw cut(null);
  }

  /**
   * Does {@code work} that reads from the process or writes to it, on a thread of its own: a read
   * from a pipe heeds nothing, not even that the pipe is closed, as long as some process holds the
   * other end. The context is that thread's {@link Context#current()}.
   *
   * <p>What the work returns or throws once the process is being stopped is worth nothing, and not
   * returned.
   *
   * @throws ContextException as from {@link #waitFor}, also if the context ends after the process;
   *     if the work goes on, a {@link NotStoppedException} with its stack is suppressed in it
   * @throws InterruptedException if somebody interrupts this thread; the work goes on
   */
  public <T, E extends Exception> T call(Work<T, E> work) throws E, InterruptedException {
    Objects.requireNonNull(work, "work is null");
    scope.context().throwIfDone();
    Reader<T, E> reader = new Reader<>(work);
    reader.start();
    got(CompletableFuture.anyOf(reader.done, stopping));
    if (!stopping.isDone()) {
      return reader.result();
    }
    ContextException cut = cut(null);
    Ending.awaitUninterruptibly(reader.left, ProcessTree.MOMENT);
    reader.addTo(cut);
    throw cut;
  }

  /** Waits until it is stopped, as far as it can be. */
  private ContextException cut(@Nullable Throwable consequence) {
    ContextException cut = Ending.exceptionOf(scope.context(), consequence);
    if (!awaitStopped()) {
      cut.addSuppressed(new NotStoppedException("nobody knows what became of " + process()));
    }
    for (ProcessHandle each : survivors) {
      String command = each.info().command().orElse("");
      cut.addSuppressed(
          new NotStoppedException(
              "process " + each.pid() + " " + command + " was killed, and runs"));
    }
    return cut;
  }

  private boolean awaitStopped() {
    // The last moment is for looking through the processes.
    Duration longest = grace.plus(ProcessTree.MOMENT).plus(ProcessTree.MOMENT);
    long begun = stopping.getNow(System.nanoTime());
    return Ending.awaitUninterruptibly(stopped, longest.minusNanos(System.nanoTime() - begun));
  }

  private static <T> T got(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError("nobody lets it fail", e);
    }
  }

  /** On a thread of its own, once. */
  private void stop() {
    stopping.complete(System.nanoTime());
    end.complete(process().isAlive() ? End.CUT : End.EXITED);
    survivors = tree.stop(grace);
    close(process().getInputStream());
    close(process().getErrorStream());
    stopped.countDown();
    close(process().getOutputStream()); // last: it may have something to write, and wait
  }

  private static void close(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // Closed nevertheless.
    }
  }

  /**
   * Stops the process if it still runs, and closes its streams. Waits for that as long as the grace
   * and a moment. What a process that has ended by itself has left running goes on.
   */
  @Override
  public void close() {
    if (!process().isAlive() && Objects.requireNonNull(hook).stop()) {
      close(process().getInputStream());
      close(process().getErrorStream());
      close(process().getOutputStream());
      return;
    }
    scope.cancel(Reason.CLIENT_CANCELED.withMessage("the process was closed"));
    awaitStopped();
  }

  @Override
  public String toString() {
    return "ContextProcess[" + process() + "]";
  }

  /** The work on the process's streams. */
  private final class Reader<T, E extends Exception> extends Thread {
    final CompletableFuture<Boolean> done = new CompletableFuture<>();
    final CountDownLatch left = new CountDownLatch(1);
    private final Work<T, E> work;
    private @Nullable T value; // written before `done`, as is the next
    private @Nullable Throwable failure;

    Reader(Work<T, E> work) {
      super("ripcord-process-" + process().pid());
      setDaemon(true);
      this.work = work;
    }

    @Override
    public void run() {
      try {
        value = Ending.under(scope.context(), work);
      } catch (Throwable t) {
        failure = t;
      } finally {
        left.countDown();
        done.complete(true);
      }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // it throws E, or what is not checked; null is a T
    T result() throws E {
      if (failure instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure != null) {
        throw (E) failure;
      }
      return value;
    }

    void addTo(ContextException cut) {
      if (left.getCount() > 0) {
        cut.addSuppressed(new NotStoppedException("still at work: " + getName(), this));
      } else if (failure != null) {
        cut.addSuppressed(failure);
      }
    }
  }
}
