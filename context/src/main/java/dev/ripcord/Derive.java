package dev.ripcord;

import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How a child is made from any context. */
final class Derive {
  private Derive() {}

  static CancelScope cancel(Context parent) {
    return cancel(nodeOf(parent));
  }

  private static CancelScope cancel(Node parent) {
    return CancelScope.of(new CancelNode(parent, parent.inherited()));
  }

  static CancelScope timeout(Context parent, Duration timeout, Reason why) {
    Objects.requireNonNull(timeout, "timeout is null");
    Node node = nodeOf(parent);
    Deadline deadline = Deadline.after(timeout, node.inherited().time);
    return deadline(node, deadline, why, timeout.isZero() || timeout.isNegative());
  }

  static CancelScope deadline(Context parent, Deadline deadline, Reason why) {
    Objects.requireNonNull(deadline, "deadline is null");
    return deadline(nodeOf(parent), deadline, why, deadline.isExpired());
  }

  static CancelScope deadlineFrom(
      Context parent, Deadline deadline, UnaryOperator<Cancellation> told) {
    Objects.requireNonNull(deadline, "deadline is null");
    Objects.requireNonNull(told, "told is null");
    Node node = nodeOf(parent);
    return changesAnything(deadline, node.inherited().deadline)
        ? scope(node, new DeadlineNode.Told(node, deadline, told), deadline.isExpired())
        : cancel(node);
  }

  private static CancelScope deadline(Node parent, Deadline deadline, Reason why, boolean past) {
    Objects.requireNonNull(why, "why is null");
    return changesAnything(deadline, parent.inherited().deadline)
        ? scope(parent, new DeadlineNode(parent, deadline, why), past)
        : cancel(parent);
  }

  private static CancelScope scope(Node parent, DeadlineNode child, boolean past) {
    CancelNode above = parent.canceler();
    if (above != null) {
      above.markTimedBelow();
    }
    if (past) {
      // Decided now: born under a done parent it has the parent's end, else its own. Afterwards the
      // earlier one would win.
      Cancellation already = parent.cancellation();
      child.bornWith(already == null ? child.expiry() : already);
    }
    return CancelScope.of(child);
  }

  private static boolean changesAnything(Deadline deadline, @Nullable Deadline above) {
    if (deadline.isNever()) {
      return false;
    }
    return above == null || !deadline.isOnClockOf(above) || deadline.isBefore(above);
  }

  static Context value(Context parent, Key<?> key, @Nullable Object value) {
    return ValueNode.with(nodeOf(parent), Objects.requireNonNull(key, "key is null"), value);
  }

  static Context values(Context parent, BoundValue... values) {
    BoundValue[] own = Objects.requireNonNull(values, "values is null").clone();
    for (BoundValue each : own) {
      Objects.requireNonNull(each, "a value is null: a key's null is boundTo(null)");
    }
    return own.length == 0 ? parent : ValueNode.with(nodeOf(parent), own);
  }

  static Context detached(Context parent) {
    return ValueNode.detached(nodeOf(parent));
  }

  private static Node nodeOf(Context context) {
    return context instanceof Node node ? node : standFor(context);
  }

  /**
   * A foreign context with a deadline is not trusted to keep it: what is derived from it has a
   * clock of its own.
   */
  private static Node standFor(Context foreign) {
    Deadline deadline = foreign.deadline();
    ForeignNode node = ForeignNode.of(foreign, deadline);
    if (deadline == null || deadline.isNever()) {
      return node;
    }
    node.markTimedBelow();
    return new DeadlineNode.Foreign(node, deadline);
  }
}
