package dev.ripcord.jdbc;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ObservedWork;
import dev.ripcord.WorkObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Statements that linger and return, of contexts that carry one of these only. */
public final class Stubborn implements WorkObserver {
  static final Key<Stubborn> KEY = Key.local("stubborn");

  final List<ObservedWork> lingered = new CopyOnWriteArrayList<>();
  final List<ObservedWork> returned = new CopyOnWriteArrayList<>();

  /** For {@link java.util.ServiceLoader}: this one passes on. */
  public Stubborn() {}

  @Override
  public boolean observes(Context context) {
    return context.value(KEY) != null;
  }

  @Override
  public void lingers(ObservedWork work) {
    work.context().value(KEY).lingered.add(work);
  }

  @Override
  public void returned(ObservedWork work) {
    work.context().value(KEY).returned.add(work);
  }
}
