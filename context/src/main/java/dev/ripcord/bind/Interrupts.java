package dev.ripcord.bind;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells the interrupts that a binding sends to a thread from those of other people, so that leaving
 * can clear the former and keep the latter.
 *
 * <pre>
 *   thread   enter ---------- work ---------- join the hook, clear, fence -- theirs? interrupt -- left
 *   hook              interrupt()  sent > 0, sender = hook
 *   others                 interrupt()  -> wakeup(): sent > 0, so theirs
 * </pre>
 *
 * <p>The flag of a thread does not say who set it, nor how often. But the JDK tells a selector of
 * each interrupt of the thread that waits in it, on the interrupting thread, before {@code
 * interrupt()} returns. So this is a selector that nobody selects with. Channels that the work uses
 * put themselves in its place; from then on an interrupt counts as the end's if it came together
 * with it.
 *
 * <p>One per thread, for all bindings that the thread is in at a time. A binding around another is
 * to the inner one like somebody else, but not the other way round: what the inner sends, it
 * clears.
 */
final class Interrupts extends AbstractSelector {
  private static final ThreadLocal<@Nullable Interrupts> OF_THREAD = new ThreadLocal<>();

  private final Thread owner = Thread.currentThread();
  private final ReentrantLock sending = new ReentrantLock(); // held to send and to clear
  private @Nullable Stay innermost; // the owner's own
  private final AtomicInteger sent =
      new AtomicInteger(); // stays that have sent; changed under the lock
  private volatile @Nullable Thread sender; // written under the lock
  private volatile boolean seen; // somebody else's interrupt, when nothing of ours had been sent
  private volatile boolean theirs; // somebody else's, that may have fallen together with ours
  private volatile boolean over;

  private Interrupts() {
    super(null); // no provider: it makes no channels
  }

  /** Begins to watch this thread. Whoever enters leaves. */
  static Stay enter() {
    Interrupts of = OF_THREAD.get();
    if (of == null) {
      of = new Interrupts();
      OF_THREAD.set(of);
    }
    of.begin();
    return of.new Stay();
  }

  /** One binding that this thread is in. */
  final class Stay {
    private final @Nullable Stay around = innermost;
    private final int arrivedBefore = countAround(true);
    private volatile boolean begun;
    private volatile boolean arrived;

    private Stay() {
      innermost = this;
    }

    /** Interrupts the thread. Any thread; at most once, and not after {@link #leave}. */
    void interrupt() {
      sending.lock();
      try {
        begun = true;
        if (sent.incrementAndGet() == 1 && owner.isInterrupted()) {
          theirs = true;
        }
        sender = Thread.currentThread();
        owner.interrupt();
      } finally {
        sender = null;
        arrived = true;
        sending.unlock();
      }
    }

    /**
     * When this returns, the flag is set only if somebody else has set it.
     *
     * @return whether the thread was interrupted by this
     */
    boolean leave() {
      if (begun) {
        clear();
      }
      innermost = around;
      if (around == null) {
        end();
        OF_THREAD.remove();
      }
      return begun;
    }

    private void clear() {
      sending.lock();
      try {
        boolean set = Thread.interrupted();
        // Whoever was in the middle of an interrupt has told us when this is done.
        if (around == null) {
          end();
          over = true;
        } else {
          begin();
        }
        // What was seen before this was sent had been taken from the flag by then. If the flag is
        // set
        // now, the work may have put it back: better told twice than never.
        boolean another = theirs || (set && seen);
        boolean ofOneAround = countAround(false) > arrivedBefore;
        theirs = another && ofOneAround; // the flag is cleared once more when that one leaves
        if (another || ofOneAround) {
          owner.interrupt();
        }
        if (around != null) {
          sent.decrementAndGet();
        }
      } finally {
        sending.unlock();
      }
    }

    private int countAround(boolean onlyArrived) {
      int count = 0;
      for (Stay s = around; s != null; s = s.around) {
        if (onlyArrived ? s.arrived : s.begun) {
          count++;
        }
      }
      return count;
    }
  }

  /** Somebody interrupts the thread, and is still at it. */
  @Override
  public Selector wakeup() {
    Thread interrupting = Thread.currentThread();
    if (interrupting == sender) {
      return this;
    }
    if (sent.get() == 0) {
      seen = true;
      return this;
    }
    if (interrupting == owner) {
      return this; // asks by itself when it enters and leaves
    }
    theirs = true;
    if (over) { // newer JDKs tell a moment after the fact: the flag may have been cleared already
      owner.interrupt();
    }
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select(long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException();
  }
}
