package dev.ripcord;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from keys to values: a trie over the keys' dense ids, six bits a level. So
 * look-up, hit or miss, costs the same few reads however deep the tree of contexts is; up to 64
 * keys in a process there is but one level.
 */
final class Values {
  /** What {@link #get} answers for a key that was never bound; null is a value like any other. */
  static final Object ABSENT = new Object();

  static final Values NONE = new Values(0, new Object[0]);

  private static final int BITS = 6;
  private static final int MASK = (1 << BITS) - 1;

  private final long present; // bit i: this level has something for i
  private final @Nullable Object[] slots; // in pairs: a key and its value, or null and a Values

  private Values(long present, @Nullable Object[] slots) {
    this.present = present;
    this.slots = slots;
  }

  @Nullable Object get(Key<?> key) {
    Values level = this;
    for (int id = key.id; ; id >>>= BITS) {
      long bit = 1L << (id & MASK);
      if ((level.present & bit) == 0) {
        return ABSENT;
      }
      int at = level.indexOf(bit);
      Object here = level.slots[at];
      if (here != null) {
        return here == key ? level.slots[at + 1] : ABSENT;
      }
      level = level.below(at);
    }
  }

  Values with(Key<?> key, @Nullable Object value) {
    return with(key, value, 0);
  }

  private Values with(Key<?> key, @Nullable Object value, int shift) {
    long bit = 1L << ((key.id >>> shift) & MASK);
    int at = indexOf(bit);
    if ((present & bit) == 0) {
      return new Values(present | bit, inserted(at, key, value));
    }
    if (slots[at] == key) {
      return new Values(present, replaced(at, key, value));
    }
    Values deeper =
        slots[at] instanceof Key<?> other
            ? NONE.with(other, slots[at + 1], shift + BITS)
            : below(at);
    return new Values(present, replaced(at, null, deeper.with(key, value, shift + BITS)));
  }

  private int indexOf(long bit) {
    return 2 * Long.bitCount(present & (bit - 1));
  }

  private Values below(int at) {
    return (Values) Objects.requireNonNull(slots[at + 1]);
  }

  private @Nullable Object[] inserted(int at, Key<?> key, @Nullable Object value) {
    @Nullable Object[] more = new @Nullable Object[slots.length + 2];
    System.arraycopy(slots, 0, more, 0, at);
    more[at] = key;
    more[at + 1] = value;
    System.arraycopy(slots, at, more, at + 2, slots.length - at);
    return more;
  }

  private @Nullable Object[] replaced(int at, @Nullable Key<?> key, @Nullable Object value) {
    @Nullable Object[] copy = slots.clone();
    copy[at] = key;
    copy[at + 1] = value;
    return copy;
  }
}
