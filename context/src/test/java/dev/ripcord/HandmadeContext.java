package dev.ripcord;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A context that is none of ours: it answers the four questions from its own fields. */
final class HandmadeContext implements Context {
  private final @Nullable Deadline deadline;
  private final Map<Key<?>, Object> values = new ConcurrentHashMap<>();
  private final Set<Hook> hooks = ConcurrentHashMap.newKeySet();
  private @Nullable Cancellation end; // guarded by this

  HandmadeContext() {
    this(null);
  }

  HandmadeContext(@Nullable Deadline deadline) {
    this.deadline = deadline;
  }

  <T> HandmadeContext put(Key<T> key, T value) {
    values.put(key, value);
    return this;
  }

  Cancellation end(Reason why) {
    return end(Cancellation.canceled(why, null));
  }

  Cancellation end(Cancellation as) {
    synchronized (this) {
      if (end != null) {
        return end;
      }
      end = as;
    }
    for (Hook hook : hooks) {
      hook.fire(as);
    }
    return as;
  }

  /** How many are listening. */
  int hooks() {
    return hooks.size();
  }

  @Override
  public @Nullable Deadline deadline() {
    return deadline;
  }

  @Override
  public synchronized @Nullable Cancellation cancellation() {
    return end;
  }

  @Override
  @SuppressWarnings("unchecked") // put binds only a T to a Key<T>
  public <T> @Nullable T value(Key<T> key) {
    return (T) values.get(key);
  }

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    Hook hook = new Hook(executor, action);
    hooks.add(hook);
    Cancellation already = cancellation();
    if (already != null) {
      hook.fire(already);
    }
    return hook;
  }

  @Override
  public String toString() {
    return "handmade";
  }

  private final class Hook implements Registration {
    private final Executor executor;
    private final Consumer<Cancellation> action;

    Hook(Executor executor, Consumer<Cancellation> action) {
      this.executor = executor;
      this.action = action;
    }

    void fire(Cancellation as) {
      if (hooks.remove(this)) {
        executor.execute(() -> action.accept(as));
      }
    }

    @Override
    public boolean stop() {
      return hooks.remove(this);
    }

    @Override
    public boolean stopOrJoin() {
      return stop();
    }
  }
}
