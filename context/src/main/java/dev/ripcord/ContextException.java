package dev.ripcord;

import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * The context of this work is done: {@link CanceledException} or {@link DeadlineExceededException}.
 */
public abstract class ContextException extends CancellationException {
  private static final long serialVersionUID = 1L;

  private final transient Cancellation cancellation;

  ContextException(Cancellation cancellation) {
    super(cancellation.toString());
    this.cancellation = Objects.requireNonNull(cancellation, "cancellation is null");
    if (cancellation.cause() != null) {
      initCause(cancellation.cause());
    }
  }

  /** Why. */
  public Cancellation cancellation() {
    return cancellation;
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // the usual text, with the class that users know
  public String toString() {
    Class<?> named = getClass().isMemberClass() ? getClass().getSuperclass() : getClass();
    return named.getName() + ": " + getMessage();
  }
}
