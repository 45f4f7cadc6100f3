package dev.ripcord;

import org.jspecify.annotations.Nullable;

/**
 * A context of our own: it knows its parent, so ends and values are found without asking step by
 * step.
 */
interface Node extends Context {

  /**
   * Asked of a context that is not ours, this key's value is the node it gets its values from: a
   * wrapper does not hide which clock it lives by.
   */
  Key<Node> SELF = Key.local("node");

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
  @SuppressWarnings("unchecked") // SELF is a Key<Node>
  default <T> @Nullable T value(Key<T> key) {
    return key == SELF ? (T) this : inherited().value(key);
  }
}
