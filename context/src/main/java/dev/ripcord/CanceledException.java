package dev.ripcord;

/** The context of this work was cancelled. */
public final class CanceledException extends ContextException {
  private static final long serialVersionUID = 1L;

  /** For {@code cancellation}. */
  public CanceledException(Cancellation cancellation) {
    super(cancellation);
  }
}
