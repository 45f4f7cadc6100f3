package dev.ripcord;

import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A context that ends with its parent and differs from it in what it hands down: one value more, or
 * no way to end.
 */
final class ValueNode implements Node {
  private final Node parent;
  private final @Nullable CancelNode canceler;
  private final Inherited inherited;
  private final @Nullable Object bound; // a Key, several BoundValues, or null: no way to end

  private ValueNode(
      Node parent, @Nullable CancelNode canceler, Inherited inherited, @Nullable Object bound) {
    this.parent = parent;
    this.canceler = canceler;
    this.inherited = inherited;
    this.bound = bound;
  }

  static ValueNode with(Node parent, Key<?> key, @Nullable Object value) {
    return new ValueNode(parent, parent.canceler(), parent.inherited().with(key, value), key);
  }

  static ValueNode with(Node parent, BoundValue[] values) {
    return new ValueNode(parent, parent.canceler(), parent.inherited().with(values), values);
  }

  static ValueNode detached(Node parent) {
    return new ValueNode(parent, null, parent.inherited().withoutDeadline(), null);
  }

  @Override
  public Node parent() {
    return parent;
  }

  @Override
  public @Nullable CancelNode canceler() {
    return canceler;
  }

  @Override
  public Inherited inherited() {
    return inherited;
  }

  @Override
  public String step() {
    if (bound instanceof BoundValue[] several) {
      return Arrays.stream(several)
          .map(BoundValue::toString)
          .collect(Collectors.joining(", ", "withValues(", ")"));
    }
    return bound == null ? "withoutCancel" : "withValue(" + bound + ")";
  }

  @Override
  public boolean isDone() {
    return canceler != null && canceler.isDone();
  }

  @Override
  public @Nullable Cancellation cancellation() {
    return canceler == null ? null : canceler.cancellation();
  }

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    return canceler == null ? new NeverDone(executor, action) : canceler.onDone(executor, action);
  }

  @Override
  public String toString() {
    return Path.of(this);
  }
}
