package dev.ripcord.bind;

import dev.ripcord.Context;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.Objects;

/**
 * A child process stops when its context ends, with everything that it has started.
 *
 * <pre>{@code
 * int code = Processes.run(Context.current(), new ProcessBuilder("gzip", file));
 *
 * try (ContextProcess zcat = Processes.start(ctx, new ProcessBuilder("gzip", "-dc", file + ".gz"))) {
 *   byte[] text = zcat.call(() -> zcat.process().getInputStream().readAllBytes());
 *   code += zcat.waitFor();
 *   print(text);
 * }
 * }</pre>
 *
 * <p>Two stages: first the process and all its descendants are asked ({@link
 * ProcessHandle#destroy()}); those that still live when the grace is over are killed ({@link
 * ProcessHandle#destroyForcibly()}), again and again, since they may fork meanwhile. Then the
 * streams are closed.
 *
 * <p>Descendants are found by their parents and, on Linux, by an environment variable that they
 * inherit, {@code RIPCORD_PROCESS}; so those whose parent has gone are found too. What a process
 * leaves running when it ends by itself, before its context does, is its own business.
 */
public final class Processes {
  private Processes() {}

  /**
   * Starts a process and waits for it, with a grace of one second. What it prints goes where the
   * builder sends it; left at {@link Redirect#PIPE}, as is the default, it goes nowhere, and the
   * process reads the end of its input.
   *
   * @return the exit code, if the process ended by itself
   * @throws dev.ripcord.ContextException if {@code context} was done before, or ended first;
   *     suppressed in it is a {@link NotStoppedException} for each process that still runs
   * @throws IOException if it cannot be started
   * @throws InterruptedException if somebody interrupts this thread; the process is stopped
   */
  public static int run(Context context, ProcessBuilder builder)
      throws IOException, InterruptedException {
    return run(context, builder, Ending.GRACE);
  }

  /**
   * {@link #run(Context, ProcessBuilder)} with another grace: at most a day, zero kills at once.
   */
  public static int run(Context context, ProcessBuilder builder, Duration grace)
      throws IOException, InterruptedException {
    Objects.requireNonNull(builder, "builder is null");
    Redirect out = builder.redirectOutput();
    Redirect err = builder.redirectError();
    try (ContextProcess process = startUnread(context, builder, grace)) {
      process.process().getOutputStream().close();
      return process.waitFor();
    } finally {
      builder.redirectOutput(out).redirectError(err);
    }
  }

  /** So that it does not wait for somebody to read what nobody will. */
  private static ContextProcess startUnread(Context context, ProcessBuilder builder, Duration grace)
      throws IOException {
    if (builder.redirectOutput().equals(Redirect.PIPE)) {
      builder.redirectOutput(Redirect.DISCARD);
    }
    if (builder.redirectError().equals(Redirect.PIPE)) {
      builder.redirectError(Redirect.DISCARD);
    }
    return start(context, builder, grace);
  }

  /** Starts a process that ends with {@code context}, with a grace of one second. */
  public static ContextProcess start(Context context, ProcessBuilder builder) throws IOException {
    return start(context, builder, Ending.GRACE);
  }

  /**
   * {@link #start(Context, ProcessBuilder)} with another grace: at most a day, zero kills at once.
   *
   * @throws dev.ripcord.ContextException if {@code context} is done
   * @throws IOException if it cannot be started
   */
  public static ContextProcess start(Context context, ProcessBuilder builder, Duration grace)
      throws IOException {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(builder, "builder is null");
    Ending.checked(grace);
    context.throwIfDone();
    return ContextProcess.start(context, builder, grace);
  }
}
