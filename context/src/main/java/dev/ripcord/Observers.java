package dev.ripcord;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** Those who observe work, as {@link ServiceLoader} finds them. */
final class Observers {
  private static final WorkObserver[] ALL = load();

  private Observers() {}

  private static WorkObserver[] load() {
    List<WorkObserver> found = new ArrayList<>();
    ServiceLoader.load(WorkObserver.class, WorkObserver.class.getClassLoader()).forEach(found::add);
    return found.toArray(new WorkObserver[0]);
  }

  /** Whether anybody observes work under {@code context}. */
  static boolean observe(Context context) {
    for (WorkObserver observer : ALL) {
      if (observer.observes(context)) {
        return true;
      }
    }
    return false;
  }

  static void tell(Context context, Consumer<WorkObserver> what) {
    for (WorkObserver observer : ALL) {
      try {
        if (observer.observes(context)) {
          what.accept(observer);
        }
      } catch (Throwable failure) {
        Threads.uncaught(failure);
      }
    }
  }
}
