package dev.ripcord;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a context that is not ours at the top of a tree of ours. It asks that context whenever
 * it is asked itself, and listens to it, inline and without a thread, only while somebody listens
 * below.
 */
final class ForeignNode extends CancelNode {
  private final Context foreign;
  private final @Nullable Node behind; // the node of ours that it wraps, as far as can be told
  private final AtomicInteger changes =
      new AtomicInteger(); // of `listening` that are to be made; see listeningChanged
  private @Nullable Registration listening; // owned by the thread inside listeningChanged

  static ForeignNode of(Context foreign, @Nullable Deadline deadline) {
    Node behind = foreign.value(Node.SELF);
    if (behind != null) {
      return new ForeignNode(foreign, behind, behind.inherited().time);
    }
    return new ForeignNode(foreign, null, deadline == null ? TimeSource.system() : deadline.time());
  }

  private ForeignNode(Context foreign, @Nullable Node behind, TimeSource time) {
    super(Root.over(time), Inherited.from(foreign, time));
    this.foreign = foreign;
    this.behind = behind;
  }

  @Override
  void markTimedOutside() {
    CancelNode outside = behind == null ? null : behind.canceler();
    if (outside != null) {
      outside.markTimedBelow();
    }
  }

  @Override
  boolean endedOutside() {
    return foreign.cancellation() != null; // the very answer that ownEnd() takes over
  }

  @Override
  @Nullable Cancellation ownEnd() {
    return foreign.cancellation();
  }

  /**
   * Begins or stops listening to the foreign context. That is its code, so no lock may be held:
   * threads that come while another is here leave their wish to it.
   */
  @Override
  void listeningChanged() {
    if (changes.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      adjust();
      seen = changes.addAndGet(-seen);
    } while (seen != 0);
  }

  private void adjust() {
    boolean wanted = hasListeners();
    try {
      if (wanted && listening == null) {
        listening = foreign.onDone(Runnable::run, end -> ended());
      } else if (!wanted && listening != null) {
        Registration last = listening;
        listening = null;
        last.stop();
      }
    } catch (Throwable ofForeign) {
      // The thread here may be anybody's, in a cancel of its own.
      Threads.uncaught(ofForeign);
    }
  }

  private void ended() {
    if (settle() != null) {
      release();
    }
  }

  @Override
  public String step() {
    return foreign.toString();
  }
}
