package dev.ripcord;

import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where timers wait. Arming and calling off link and unlink a member of a list, however many wait;
 * most timers are called off and cost nothing else.
 *
 * <pre>
 *   level 0   1,024 slots of a tick each            16 us ... 17 ms from now
 *   level 1   1,024 slots of 1,024 ticks            17 ms ... 17 s
 *   level 2   1,024 slots of 1,048,576 ticks        17 s ... 5 h          and so on
 * </pre>
 *
 * <p>A timer waits at the lowest level that reaches so far. When the cursor comes to the beginning
 * of a slot of a higher level, its timers move down; one in a slot of level 0 is due. A timer is
 * never early, and late by a tick at most if the wheel is turned in time.
 *
 * <p>Times are in nanoseconds from an origin and not negative. One lock guards everything; it is
 * never held while a task runs, and for a bounded number of timers at a time. Nobody queues for it:
 * the thread that runs all timers would wait with the virtual threads before it, for a carrier
 * (docs/rationale.md, "Why does what stops work run on platform threads?").
 */
final class TimerWheel {
  /** In place of a time: nothing waits. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int TICK_BITS = 14;
  private static final int LEVEL_BITS = 10;
  private static final int SLOTS = 1 << LEVEL_BITS;
  private static final int MASK = SLOTS - 1;
  private static final int LEVELS = 5; // 14 + 5 * 10 bits: all times there are
  private static final int BATCH = 256; // timers moved while the lock is held
  private static final int SPINS = 64;

  private static final class Level {
    final @Nullable Entry[] slots = new @Nullable Entry[SLOTS];
    final long[] occupied = new long[SLOTS / Long.SIZE]; // bit i: slot i has members
  }

  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock.
  private final @Nullable Level[] levels = new @Nullable Level[LEVELS]; // null above those needed
  private long cursor; // the tick it was turned to; whatever is in its slot of level 0 is due
  private int size;

  /** {@code task} for the time {@code at}. */
  Timer arm(long at, Runnable task) {
    Timer timer = new Timer(this, (at + (1L << TICK_BITS) - 1) >>> TICK_BITS, task);
    lock();
    try {
      insert(timer);
      size++;
    } finally {
      lock.unlock();
    }
    return timer;
  }

  /** Forgets {@code timer}, if it still waits. */
  void callOff(Timer timer) {
    lock();
    try {
      if (timer.isInRing()) {
        unlink(timer);
        forget(timer);
      }
    } finally {
      lock.unlock();
    }
  }

  /** When it has to be turned next, at the latest; {@link #NEVER} if nothing waits. */
  long next() {
    lock();
    try {
      long tick = nextTick();
      return tick == NEVER ? NEVER : tick << TICK_BITS;
    } finally {
      lock.unlock();
    }
  }

  /** Turns it to {@code now} and takes one task whose time has come; null if there is none. */
  @Nullable Runnable take(long now) {
    while (true) {
      lock();
      try {
        if (first(digit(cursor, 0)) instanceof Timer due) {
          unlink(due);
          return forget(due);
        }
        if (!turn(now >>> TICK_BITS)) {
          return null;
        }
      } finally {
        lock.unlock();
      }
      // A long way down for many: let others have the lock in between.
    }
  }

  /** How many wait. */
  int size() {
    lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // the yield only matters when the holder was preempted
  private void lock() {
    for (int spins = 0; !lock.tryLock(); spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  // Below, the caller holds the lock.

  /** Turns towards {@code now}, as far as somebody waits there; false if nobody does. */
  private boolean turn(long now) {
    long next = nextTick();
    if (next > now) {
      // Slots that were passed are empty, so what waits is no nearer than its level says.
      cursor = Math.max(cursor, now);
      return false;
    }
    cursor = next;
    for (int level = LEVELS - 1; level > 0; level--) {
      if (isBoundary(cursor, level)) {
        moveDown(level * SLOTS + digit(cursor, level));
      }
    }
    return true;
  }

  /** From a slot that begins at the cursor to lower ones; some, if there are many. */
  private void moveDown(int slot) {
    for (int i = 0; i < BATCH && first(slot) instanceof Timer timer; i++) {
      unlink(timer);
      insert(timer);
    }
  }

  private void insert(Timer timer) {
    int slot = slotFor(Math.max(timer.tick, cursor));
    makeLevels(slot >> LEVEL_BITS);
    timer.slot = slot;
    put(slot, Entry.append(first(slot), timer));
  }

  /** All up to it: moving timers down must not need memory, since nobody could be told. */
  private void makeLevels(int upTo) {
    for (int i = 0; levels[upTo] == null; i++) {
      if (levels[i] == null) {
        levels[i] = new Level();
      }
    }
  }

  /** The slot of the lowest level whose turn, from here, reaches {@code tick}. */
  private int slotFor(long tick) {
    int level = 0;
    while ((tick >>> (level * LEVEL_BITS)) - (cursor >>> (level * LEVEL_BITS)) >= SLOTS) {
      level++;
    }
    return level * SLOTS + digit(tick, level);
  }

  private void unlink(Timer timer) {
    put(timer.slot, Entry.remove(Objects.requireNonNull(first(timer.slot)), timer));
  }

  private Runnable forget(Timer timer) {
    size--;
    Runnable task = Objects.requireNonNull(timer.task);
    timer.task = null;
    return task;
  }

  private @Nullable Entry first(int slot) {
    Level level = levels[slot >> LEVEL_BITS];
    return level == null ? null : level.slots[slot & MASK];
  }

  private void put(int slot, @Nullable Entry ring) {
    Level level = Objects.requireNonNull(levels[slot >> LEVEL_BITS]);
    int i = slot & MASK;
    level.slots[i] = ring;
    if (ring == null) {
      level.occupied[i >> 6] &= ~(1L << i);
    } else {
      level.occupied[i >> 6] |= 1L << i;
    }
  }

  /** The next tick at which a slot of some level begins that has members; or {@link #NEVER}. */
  private long nextTick() {
    long next = NEVER;
    for (int i = 0; i < LEVELS; i++) {
      Level level = levels[i];
      if (level != null) {
        next = Math.min(next, nextTick(level, i));
      }
    }
    return next;
  }

  /** Once round from the cursor's own slot, which still has members while they are being moved. */
  private long nextTick(Level level, int number) {
    int shift = number * LEVEL_BITS;
    int from = digit(cursor, number);
    for (int step = 0; step <= level.occupied.length; step++) {
      int word = ((from >> 6) + step) & (level.occupied.length - 1);
      long bits = level.occupied[word];
      if (step == 0) {
        bits &= -1L << from;
      } else if (step == level.occupied.length) {
        bits &= ~(-1L << from);
      }
      if (bits != 0) {
        int slot = (word << 6) + Long.numberOfTrailingZeros(bits);
        return ((cursor >>> shift) + ((slot - from) & MASK)) << shift;
      }
    }
    return NEVER;
  }

  private static int digit(long tick, int level) {
    return (int) (tick >>> (level * LEVEL_BITS)) & MASK;
  }

  private static boolean isBoundary(long tick, int level) {
    return (tick & ((1L << (level * LEVEL_BITS)) - 1)) == 0;
  }
}
