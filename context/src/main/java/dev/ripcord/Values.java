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

  /** {@link #with(Key, Object)} for one after the other; most share one new level. */
  Values with(BoundValue[] more) {
    long wider = present;
    for (BoundValue each : more) {
      wider |= 1L << (each.key.id & MASK);
    }
    Values all = new Values(wider, new @Nullable Object[2 * Long.bitCount(wider)]);
    for (long rest = present; rest != 0; rest &= rest - 1) {
      long bit = Long.lowestOneBit(rest);
      System.arraycopy(slots, indexOf(bit), all.slots, all.indexOf(bit), 2);
    }
    for (BoundValue each : more) {
      all.put(each.key, each.value);
    }
    return all;
  }

  /** Into this one, which nobody else has seen yet and which has the slot. */
  private void put(Key<?> key, @Nullable Object value) {
    int at = indexOf(1L << (key.id & MASK));
    boolean free = slots[at] == null && slots[at + 1] == null;
    if (free || slots[at] == key) {
      slots[at] = key;
      slots[at + 1] = value;
    } else {
      slots[at + 1] = deeper(at, BITS).with(key, value, BITS);
      slots[at] = null;
    }
  }

  /** What is, or is to be, below the slots at {@code at}. */
  private Values deeper(int at, int shift) {
    return slots[at] instanceof Key<?> other ? NONE.with(other, slots[at + 1], shift) : below(at);
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
    Values deeper = deeper(at, shift + BITS).with(key, value, shift + BITS);
    return new Values(present, replaced(at, null, deeper));
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
