package dev.ripcord;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a node hands down unchanged to its children; one object for all nodes in which it is the
 * same.
 */
final class Inherited {
  final TimeSource time;
  final @Nullable Deadline deadline; // the earliest of this node and all above on its clock
  private final @Nullable Inherited otherClock; // has the deadlines above that are on another
  private final Values values;
  private final @Nullable Context foreign; // knows the values that are not in `values`

  private Inherited(
      TimeSource time,
      @Nullable Deadline deadline,
      @Nullable Inherited otherClock,
      Values values,
      @Nullable Context foreign) {
    this.time = time;
    this.deadline = deadline;
    this.otherClock = otherClock;
    this.values = values;
    this.foreign = foreign;
  }

  static Inherited atRoot(TimeSource time) {
    return new Inherited(time, null, null, Values.NONE, null);
  }

  static Inherited from(Context foreign, TimeSource time) {
    return new Inherited(time, null, null, Values.NONE, foreign);
  }

  Inherited with(Deadline newDeadline) {
    boolean comparable = deadline == null || newDeadline.isOnClockOf(deadline);
    return new Inherited(time, newDeadline, comparable ? otherClock : this, values, foreign);
  }

  Inherited with(Key<?> key, @Nullable Object value) {
    return new Inherited(time, deadline, otherClock, values.with(key, value), foreign);
  }

  Inherited with(BoundValue[] more) {
    return new Inherited(time, deadline, otherClock, values.with(more), foreign);
  }

  Inherited withoutDeadline() {
    return deadline == null ? this : new Inherited(time, null, null, values, foreign);
  }

  @SuppressWarnings("unchecked") // withValue binds only a T to a Key<T>
  <T> @Nullable T value(Key<T> key) {
    Object found = values.get(Objects.requireNonNull(key, "key is null"));
    if (found != Values.ABSENT) {
      return (T) found;
    }
    return foreign == null ? null : foreign.value(key);
  }

  boolean isPastDeadline() {
    return deadline != null && (deadline.isExpired() || isPastOnOtherClock());
  }

  private boolean isPastOnOtherClock() {
    return otherClock != null && otherClock.isPastDeadline();
  }

  /** {@link #isPastDeadline()} by a reading of {@link #time} that the caller has at hand. */
  boolean isPastDeadline(long now) {
    return deadline != null && (deadline.isExpired(time, now) || isPastOnOtherClock());
  }
}
