package dev.ripcord;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A context that can end; the heart of the tree, and the only file in it with a lock.
 *
 * <pre>
 *   a node knows its parent      always         asked by whoever wants to know whether the node is done
 *   a parent knows its child     only while somebody listens below the child
 * </pre>
 *
 * <p>So deriving and closing touch nothing but the node itself, and a forgotten scope is ordinary
 * garbage. A node is done when its own state is set or that of any ancestor is: the whole subtree
 * ends in the one write that ends its top. What a node takes from above is written into its state
 * top-down along the path ({@link #settle}), so the causes along a path agree.
 *
 * <p>Listening links a node into its parent's ring, and the parent into its own, up to the first
 * that is linked already. The lock of a node guards its ring; it is held for a few writes and never
 * while user code runs. Two are held at once only by a node and its parent, taken in this order.
 * Ending sets the state first and takes the ring after; listening enters the ring first and looks
 * at the states after: whichever comes second sees the other. ARCHITECTURE.md has the picture.
 */
class CancelNode extends Entry implements Node {
  private static final VarHandle STATE;
  private static final VarHandle RING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(CancelNode.class, "state", Object.class);
      RING = lookup.findVarHandle(CancelNode.class, "ring", Entry.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * The state of a node that was cancelled without a word while nobody watched; becomes a
   * Cancellation when looked at.
   */
  private static final Object UNWATCHED = new Object();

  /** In place of a ring: somebody holds the lock. */
  private static final Entry LOCKED = new Mark();

  /** In place of a ring: the node has ended and its ring was taken. Final. */
  private static final Entry CLOSED = new Mark();

  private static final int SPINS = 64;

  private static final class Mark extends Entry {}

  private final Node parent;
  private final Inherited inherited;
  private volatile @Nullable Object state; // null, UNWATCHED or a Cancellation; the last is final
  private volatile @Nullable Entry ring; // LOCKED while its lock is held; then the holder has it
  private volatile boolean timedBelow; // a deadline was set below: the instant of an end matters

  CancelNode(Node parent, Inherited inherited) {
    this.parent = parent;
    this.inherited = inherited;
  }

  // What a kind of node adds: DeadlineNode a clock, ForeignNode a parent that is not ours.

  /**
   * The end this node comes to by itself, without a cancel and not from above; null if it has not.
   */
  @Nullable Cancellation ownEnd() {
    return null;
  }

  /** Whether {@code fromAbove} came first; the node has perhaps come to an own end too. */
  boolean isFirst(Cancellation fromAbove) {
    return true;
  }

  /** Somebody listens from now on. Called under the lock. */
  void arm() {}

  /** Nobody listens any more. Called under the lock. */
  void disarm() {}

  /**
   * The ring has become empty or ceased to be. Called without the lock, and not under the walk's.
   */
  void listeningChanged() {}

  /** Whether a parent that is not ours has ended; asked of the topmost node only. */
  boolean endedOutside() {
    return false;
  }

  /** {@link #markTimedBelow} for a parent that is not ours; asked of the topmost node only. */
  void markTimedOutside() {}

  // Looking.

  @Override
  public Node parent() {
    return parent;
  }

  @Override
  public CancelNode canceler() {
    return this;
  }

  @Override
  public Inherited inherited() {
    return inherited;
  }

  @Override
  public String step() {
    return "withCancel";
  }

  final @Nullable CancelNode above() {
    Node p = parent;
    return p instanceof CancelNode node ? node : p.canceler();
  }

  @Override
  public boolean isDone() {
    return hasEnded() || inherited.isPastDeadline();
  }

  /** Whether a state says so, here or above; deadlines aside. */
  private boolean hasEnded() {
    CancelNode node = this;
    while (node.state == null) {
      CancelNode above = node.above();
      if (above == null) {
        return node.endedOutside();
      }
      node = above;
    }
    return true;
  }

  @Override
  public @Nullable Cancellation cancellation() {
    if (state instanceof Cancellation known) {
      return known;
    }
    return isDone() ? settle() : null;
  }

  /**
   * Writes what has ended this node into every state on the path to it, from the top down, and
   * answers with its own.
   */
  final @Nullable Cancellation settle() {
    List<CancelNode> path = new ArrayList<>();
    CancelNode node = this;
    while (node != null && node.state == null) {
      path.add(node);
      node = node.above();
    }
    Cancellation end = node == null ? null : node.settled();
    for (int i = path.size() - 1; i >= 0; i--) {
      end = path.get(i).take(end);
    }
    return end;
  }

  /**
   * Ends with what came first: {@code fromAbove} (null: nothing has) or an end of its own. Null if
   * it is live.
   */
  private @Nullable Cancellation take(@Nullable Cancellation fromAbove) {
    if (state == null) {
      Cancellation first = fromAbove != null && isFirst(fromAbove) ? fromAbove : ownEnd();
      if (first == null) {
        first = fromAbove;
      }
      if (first != null) {
        STATE.compareAndSet(this, null, first);
      }
    }
    return settled();
  }

  private @Nullable Cancellation settled() {
    Object s = state;
    if (s == UNWATCHED) {
      STATE.compareAndSet(this, UNWATCHED, Cancellation.unwatched(inherited.time));
      s = state;
    }
    return (Cancellation) s;
  }

  // Ending.

  /** Ends this node; true if this call did. */
  final boolean cancel(@Nullable Reason why, @Nullable Throwable cause) {
    if (why == null && cause == null && ring == null && !timedBelow) {
      // The normal end of a scope: when it was will decide nothing.
      return end(isDone(), UNWATCHED);
    }
    long now = inherited.time.nanoTime();
    boolean already = hasEnded() || inherited.isPastDeadline(now);
    return end(already, Cancellation.canceled(why, cause, inherited.time, now));
  }

  /** Ends this node with what was perhaps made earlier, on another clock; true if this call did. */
  final boolean cancel(Cancellation as) {
    // Its instant is compared with deadlines: what counts is when it ended this node.
    boolean timed = timedBelow || inherited.deadline != null;
    if (!timed) {
      return end(isDone(), as);
    }
    // One reading for both: a deadline that strikes between two would have come first for those
    // below, and not for this node.
    long now = inherited.time.nanoTime();
    boolean already = hasEnded() || inherited.isPastDeadline(now);
    return end(already, as.arriving(inherited.time, now));
  }

  private boolean end(boolean already, Object newState) {
    if (already) {
      settle();
    }
    boolean won = !already && STATE.compareAndSet(this, null, newState);
    release();
    return won;
  }

  /** Born under a deadline that had already passed; see {@link Derive}. */
  final void bornWith(Cancellation end) {
    STATE.compareAndSet(this, null, end);
  }

  /** Lets go of an ended node: tells everybody below and leaves the parent's ring. */
  final void release() {
    if (ring != null) {
      walk();
    }
    if (isInRing()) {
      unlink();
    }
  }

  /**
   * Breadth first, so that no listener starts after one below it: takes the ring of this ended
   * node, then those of the children in it, and so on; tells the listeners. Any thread may come
   * here; the one that takes a ring tells its members.
   */
  private void walk() {
    Entry todo = close();
    while (todo != null) {
      Entry entry = todo;
      todo = Entry.remove(todo, entry);
      if (entry instanceof Listener listener) {
        listener.start();
      } else {
        CancelNode child = (CancelNode) entry;
        child.take(
            Objects.requireNonNull(child.above(), "a child in a ring has a node above").settled());
        todo = Entry.concat(todo, child.close());
      }
    }
  }

  private @Nullable Entry close() {
    Entry taken = lock();
    if (taken == CLOSED) {
      unlock(CLOSED);
      return null;
    }
    if (taken != null) {
      disarm();
    }
    unlock(CLOSED);
    listeningChanged();
    return taken;
  }

  // Listening.

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    Listener listener = new Listener(this, executor, action);
    if (isDone() || !add(listener)) {
      settle();
      listener.start();
    }
    return listener;
  }

  /** False if the ring is closed. */
  private boolean add(Listener listener) {
    Entry had = lock();
    if (had == CLOSED) {
      unlock(CLOSED);
      return false;
    }
    Entry has = Entry.append(had, listener);
    if (had != null) {
      unlock(has);
      return true;
    }
    link(has);
    if (hasEnded()) { // a deadline that strikes meanwhile has its timer
      releasePath();
    }
    return true;
  }

  /**
   * Hand over hand up to the first ancestor that is linked already. Comes with this node's lock and
   * its new ring.
   */
  private void link(Entry newRing) {
    CancelNode node = this;
    Entry ringOfNode = newRing;
    while (true) {
      node.arm();
      CancelNode above = node.above();
      Entry had = above == null ? CLOSED : above.lock();
      if (above == null || had == CLOSED) {
        if (above != null) {
          above.unlock(CLOSED);
        }
        node.unlock(ringOfNode);
        node.listeningChanged();
        return;
      }
      Entry has = Entry.append(had, node);
      node.unlock(ringOfNode);
      if (had != null) {
        above.unlock(has);
        return;
      }
      node = above;
      ringOfNode = has;
    }
  }

  /**
   * The end came while this path was being linked, and perhaps passed it by: releases every ended
   * node on it, from the top.
   */
  private void releasePath() {
    settle();
    List<CancelNode> path = new ArrayList<>();
    for (CancelNode node = this; node != null && node.state != null; node = node.above()) {
      path.add(node);
    }
    for (int i = path.size() - 1; i >= 0; i--) {
      path.get(i).release();
    }
  }

  /** Takes {@code listener} out of the ring, if it is still there. */
  final void remove(Listener listener) {
    Entry had = lock();
    if (had == CLOSED || had == null || !listener.isInRing()) {
      unlock(had);
      return;
    }
    leave(Entry.remove(had, listener));
  }

  /** Takes this ended node out of its parent's ring, if it is still there. */
  private void unlink() {
    CancelNode above = above();
    if (above == null) {
      return;
    }
    Entry had = above.lock();
    if (had == CLOSED || had == null || !isInRing()) {
      above.unlock(had);
      return;
    }
    above.leave(Entry.remove(had, this));
  }

  /**
   * A member has gone; comes with the lock. A node whose ring is empty leaves its parent's, hand
   * over hand upwards.
   */
  private void leave(@Nullable Entry rest) {
    CancelNode node = this;
    Entry left = rest;
    while (left == null) {
      node.disarm();
      CancelNode above = node.above();
      Entry had = above == null ? null : above.lock();
      if (above == null || had == null || had == CLOSED || !node.isInRing()) {
        if (above != null) {
          above.unlock(had);
        }
        node.unlock(null);
        node.listeningChanged();
        return;
      }
      left = Entry.remove(had, node);
      node.unlock(null);
      node = above;
    }
    node.unlock(left);
  }

  /**
   * Waits for the lock and answers with the ring, which is the holder's until it calls {@link
   * #unlock}.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the yield only matters when the holder was preempted
  private @Nullable Entry lock() {
    for (int spins = 0; ; spins++) {
      if (ring != LOCKED) {
        Entry had = (Entry) RING.getAndSet(this, LOCKED);
        if (had != LOCKED) {
          return had;
        }
      }
      // The holder is a few writes from done; if it was preempted, let it run.
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private void unlock(@Nullable Entry newRing) {
    ring = newRing;
  }

  /** How many listeners and listening children it holds; for tests. */
  final int members() {
    Entry had = lock();
    int count = had == CLOSED ? 0 : Entry.size(had);
    unlock(had);
    return count;
  }

  /** Takes the lock to look: a lock held by somebody else says nothing about the ring. */
  final boolean hasListeners() {
    Entry had = lock();
    unlock(had);
    return had != null && had != CLOSED;
  }

  /**
   * Marks this node and all above: from now on their ends are compared with a clock. From the top
   * down, so that whoever finds a mark may rely on those above it.
   */
  final void markTimedBelow() {
    if (timedBelow) {
      return;
    }
    List<CancelNode> path = new ArrayList<>();
    for (CancelNode node = this; node != null && !node.timedBelow; node = node.above()) {
      path.add(node);
    }
    if (path.isEmpty()) {
      return; // by another thread, this instant
    }
    path.get(path.size() - 1).markTimedOutside();
    for (int i = path.size() - 1; i >= 0; i--) {
      path.get(i).timedBelow = true;
    }
  }

  @Override
  public String toString() {
    return Path.of(this);
  }
}
