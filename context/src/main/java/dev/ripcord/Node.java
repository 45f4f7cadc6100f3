package dev.ripcord;

import org.jspecify.annotations.Nullable;

/**
 * A context of our own: it knows its parent, so ends and values are found without asking step by
 * step.
 */
interface Node extends Context {

  /** The context this one was derived from; null for a root. */
  @Nullable Node parent();

  /** The nearest node, this one included, that can end; null if none can. */
  @Nullable CancelNode canceler();

  /** What this node and those below it have in common. */
  Inherited inherited();

  /** How it was derived from its parent, for people: {@code withCancel}. */
  String step();

  @Override
  default boolean canEnd() {
    return canceler() != null;
  }

  @Override
  default @Nullable Deadline deadline() {
    return inherited().deadline;
  }

  @Override
  default <T> @Nullable T value(Key<T> key) {
    return inherited().value(key);
  }
}
