package dev.ripcord;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A member of a {@link CancelNode}'s list: a listener, or a child with listeners below it. The
 * links are in the member itself, so that it leaves in constant time, in any order, and costs no
 * memory of its own.
 *
 * <p>A list is a ring, named by its first entry; null is the empty one. All methods are for the
 * ring's one owner: whoever holds the lock of the node, or the walk that has taken the ring away.
 */
abstract class Entry {
  private @Nullable Entry previous; // both null: in no ring
  private @Nullable Entry next;

  /** The ring with {@code added} as its last. */
  static Entry append(@Nullable Entry ring, Entry added) {
    if (ring == null) {
      added.previous = added;
      added.next = added;
      return added;
    }
    Entry last = ring.last();
    last.next = added;
    added.previous = last;
    added.next = ring;
    ring.previous = added;
    return ring;
  }

  /** The ring without {@code gone}, which must be in it. */
  static @Nullable Entry remove(Entry ring, Entry gone) {
    Entry after = gone.following();
    Entry before = gone.last();
    gone.previous = null;
    gone.next = null;
    if (after == gone) {
      return null;
    }
    before.next = after;
    after.previous = before;
    return ring == gone ? after : ring;
  }

  /** Both rings as one, {@code a} before {@code b}. */
  static @Nullable Entry concat(@Nullable Entry a, @Nullable Entry b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    Entry lastOfA = a.last();
    Entry lastOfB = b.last();
    lastOfA.next = b;
    b.previous = lastOfA;
    lastOfB.next = a;
    a.previous = lastOfB;
    return a;
  }

  /** How many are in it; for tests, which count what was left behind. */
  static int size(@Nullable Entry ring) {
    int count = 0;
    for (Entry entry = ring; entry != null; entry = entry.next == ring ? null : entry.next) {
      count++;
    }
    return count;
  }

  boolean isInRing() {
    return next != null;
  }

  private Entry last() {
    return Objects.requireNonNull(previous, "in no ring");
  }

  private Entry following() {
    return Objects.requireNonNull(next, "in no ring");
  }
}
