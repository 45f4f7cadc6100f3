package dev.ripcord;

/** The context of this work was cancelled. */
public sealed class CanceledException extends ContextException {
  private static final long serialVersionUID = 1L;

  /** For {@code cancellation}. */
  public CanceledException(Cancellation cancellation) {
    super(cancellation);
  }

  /** Without a stack trace. */
  static final class Untraced extends CanceledException {
    private static final long serialVersionUID = 1L;

    Untraced(Cancellation cancellation) {
      super(cancellation);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
