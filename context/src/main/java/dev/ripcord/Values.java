package dev.ripcord;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from keys to values: a trie over the keys' dense ids, five bits a level.
 * Look-up, hit or miss, costs one or two array reads however deep the tree of contexts is.
 */
final class Values {
  /** What {@link #get} answers for a key that was never bound; null is a value like any other. */
  static final Object ABSENT = new Object();

  static final Values NONE = new Values(0, new Object[0]);

  private static final int BITS = 5;
  private static final int MASK = (1 << BITS) - 1;

  private final int present; // bit i: this level has a slot for i
  private final @Nullable Object[] slots; // a Binding, or a Values of the next level

  private Values(int present, @Nullable Object[] slots) {
    this.present = present;
    this.slots = slots;
  }

  private record Binding(Key<?> key, @Nullable Object value) {}

  @Nullable Object get(Key<?> key) {
    Values level = this;
    for (int id = key.id; ; id >>>= BITS) {
      int bit = 1 << (id & MASK);
      if ((level.present & bit) == 0) {
        return ABSENT;
      }
      Object slot = level.slots[level.index(bit)];
      if (slot instanceof Binding binding) {
        return binding.key == key ? binding.value : ABSENT;
      }
      level = (Values) Objects.requireNonNull(slot);
    }
  }

  Values with(Key<?> key, @Nullable Object value) {
    return with(new Binding(key, value), 0);
  }

  private Values with(Binding added, int shift) {
    int bit = 1 << ((added.key.id >>> shift) & MASK);
    int index = index(bit);
    if ((present & bit) == 0) {
      return new Values(present | bit, inserted(index, added));
    }
    Object slot = slots[index];
    if (slot instanceof Values deeper) {
      return new Values(present, replaced(index, deeper.with(added, shift + BITS)));
    }
    if (slot instanceof Binding other && other.key != added.key) {
      return new Values(
          present, replaced(index, NONE.with(other, shift + BITS).with(added, shift + BITS)));
    }
    return new Values(present, replaced(index, added));
  }

  private int index(int bit) {
    return Integer.bitCount(present & (bit - 1));
  }

  private @Nullable Object[] inserted(int index, Object slot) {
    @Nullable Object[] more = new @Nullable Object[slots.length + 1];
    System.arraycopy(slots, 0, more, 0, index);
    more[index] = slot;
    System.arraycopy(slots, index, more, index + 1, slots.length - index);
    return more;
  }

  private @Nullable Object[] replaced(int index, Object slot) {
    @Nullable Object[] copy = slots.clone();
    copy[index] = slot;
    return copy;
  }
}
