package dev.ripcord;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What an observer is told, of contexts that carry one of these only. */
public final class Overheard implements WorkObserver {
  /** Who is told. */
  static final Key<Overheard> KEY = Key.local("overheard");

  final List<ObservedWork> lingered = new CopyOnWriteArrayList<>();
  final List<ObservedWork> returned = new CopyOnWriteArrayList<>();
  final List<String> skipped = new CopyOnWriteArrayList<>();
  volatile RuntimeException toThrow; // instead of listening

  /** For {@link java.util.ServiceLoader}: this one passes on. */
  public Overheard() {}

  private static Overheard of(Context context) {
    Overheard one = context.value(KEY);
    if (one != null && one.toThrow != null) {
      throw one.toThrow;
    }
    return one;
  }

  @Override
  public boolean observes(Context context) {
    return context.value(KEY) != null;
  }

  @Override
  public void lingers(ObservedWork work) {
    of(work.context()).lingered.add(work);
  }

  @Override
  public void returned(ObservedWork work) {
    of(work.context()).returned.add(work);
  }

  @Override
  public void skipped(ObservedWork.Kind kind, String name, Context context) {
    of(context).skipped.add(kind + " " + name);
  }
}
