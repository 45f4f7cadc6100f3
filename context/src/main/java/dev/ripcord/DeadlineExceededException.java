package dev.ripcord;

/** The deadline of this work has passed. */
public sealed class DeadlineExceededException extends ContextException {
  private static final long serialVersionUID = 1L;

  /** For {@code cancellation}. */
  public DeadlineExceededException(Cancellation cancellation) {
    super(cancellation);
  }

  /** Without a stack trace. */
  static final class Untraced extends DeadlineExceededException {
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
