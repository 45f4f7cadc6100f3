package dev.ripcord;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A wrapper as an application would write one: everything is asked of another context. */
final class Delegating implements Context {
  private final Context to;

  Delegating(Context to) {
    this.to = to;
  }

  @Override
  public @Nullable Deadline deadline() {
    return to.deadline();
  }

  @Override
  public @Nullable Cancellation cancellation() {
    return to.cancellation();
  }

  @Override
  public <T> @Nullable T value(Key<T> key) {
    return to.value(key);
  }

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    return to.onDone(executor, action);
  }

  @Override
  public String toString() {
    return "wrapped(" + to + ")";
  }
}
