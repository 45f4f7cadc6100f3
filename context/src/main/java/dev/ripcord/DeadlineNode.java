package dev.ripcord;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A node with a deadline earlier than any above. It has a timer only while somebody listens below.
 */
class DeadlineNode extends CancelNode implements Runnable {
  private final Deadline deadline;
  private final Reason why;
  private TimeSource.@Nullable Alarm alarm; // guarded by the node's lock; null while nobody listens

  DeadlineNode(Node parent, Deadline deadline, Reason why) {
    super(parent, parent.inherited().with(deadline));
    this.deadline = deadline;
    this.why = why;
  }

  /**
   * The end it comes to when its deadline strikes, dated at the deadline whenever it is noticed.
   */
  Cancellation expiry() {
    return Cancellation.expired(why, deadline.time(), deadline.nanos());
  }

  @Override
  @Nullable Cancellation ownEnd() {
    return deadline.isExpired() ? expiry() : null;
  }

  @Override
  boolean isFirst(Cancellation fromAbove) {
    return !fromAbove.isAfter(deadline.time(), deadline.nanos());
  }

  @Override
  void arm() {
    alarm = deadline.time().schedule(deadline.nanos(), this);
  }

  @Override
  void disarm() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  /** Its time has come. */
  @Override
  public void run() {
    if (settle() != null) {
      release();
    }
  }

  @Override
  public String step() {
    return "withDeadline(" + deadline + ")";
  }

  /**
   * One whose deadline is that of the context above, which is not ours: that ends by it as well,
   * and knows better of what.
   */
  static final class Foreign extends DeadlineNode {
    Foreign(CancelNode above, Deadline deadline) {
      super(above, deadline, Reason.DEADLINE);
    }

    @Override
    @Nullable Cancellation ownEnd() {
      Cancellation own = super.ownEnd();
      CancelNode above = above();
      // It was asked before us, and perhaps the deadline has struck since.
      Cancellation theirs = own == null || above == null ? null : above.settle();
      return theirs != null && isFirst(theirs) ? theirs : own;
    }
  }

  /** One whose deadline comes from elsewhere, which its end tells. */
  static final class Told extends DeadlineNode {
    private final UnaryOperator<Cancellation> told;

    Told(Node parent, Deadline deadline, UnaryOperator<Cancellation> told) {
      super(parent, deadline, Reason.DEADLINE);
      this.told = told;
    }

    @Override
    Cancellation expiry() {
      return told.apply(super.expiry());
    }
  }
}
