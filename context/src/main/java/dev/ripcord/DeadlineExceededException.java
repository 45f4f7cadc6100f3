package dev.ripcord;

/** The deadline of this work has passed. */
public final class DeadlineExceededException extends ContextException {
  private static final long serialVersionUID = 1L;

  /** For {@code cancellation}. */
  public DeadlineExceededException(Cancellation cancellation) {
    super(cancellation);
  }
}
