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
  private final AtomicInteger changes =
      new AtomicInteger(); // of `listening` that are to be made; see listeningChanged
  private @Nullable Registration listening; // owned by the thread inside listeningChanged

  ForeignNode(Context foreign, TimeSource time) {
    super(Root.over(time), Inherited.from(foreign, time));
    this.foreign = foreign;
  }

  @Override
  boolean endedOutside() {
    return foreign.isDone();
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
    if (hasListeners() && listening == null) {
      listening = foreign.onDone(Runnable::run, end -> ended());
    } else if (!hasListeners() && listening != null) {
      listening.stop();
      listening = null;
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
