package dev.ripcord;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The top of a tree: never done, no values. */
final class Root implements Node {
  static final Root BACKGROUND = new Root("background", TimeSource.system());
  static final Root TODO = new Root("todo", TimeSource.system());

  private final String name;
  private final Inherited inherited;

  private Root(String name, TimeSource time) {
    this.name = name;
    this.inherited = Inherited.atRoot(time);
  }

  static Root over(TimeSource time) {
    return time == TimeSource.system() ? BACKGROUND : new Root("background", time);
  }

  @Override
  public @Nullable Node parent() {
    return null;
  }

  @Override
  public @Nullable CancelNode canceler() {
    return null;
  }

  @Override
  public Inherited inherited() {
    return inherited;
  }

  @Override
  public String step() {
    return name;
  }

  @Override
  public @Nullable Cancellation cancellation() {
    return null;
  }

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    return new NeverDone(executor, action);
  }

  @Override
  public String toString() {
    return name;
  }
}
