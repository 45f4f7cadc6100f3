package dev.ripcord;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The registration with a context that can never end: keeps nothing, and its first stop "prevents"
 * the action.
 */
final class NeverDone implements Registration {
  private final AtomicBoolean stopped = new AtomicBoolean();

  NeverDone(Executor executor, Consumer<Cancellation> action) {
    Objects.requireNonNull(executor, "executor is null");
    Objects.requireNonNull(action, "action is null");
  }

  @Override
  public boolean stop() {
    return stopped.compareAndSet(false, true);
  }

  @Override
  public boolean stopOrJoin() {
    return stop();
  }
}
