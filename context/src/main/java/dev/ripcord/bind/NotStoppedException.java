package dev.ripcord.bind;

/**
 * What its context's end could not stop, in words; suppressed in the {@link
 * dev.ripcord.ContextException} of whoever waited for it. Its stack is that of the thread that goes
 * on, if it is a thread.
 */
public final class NotStoppedException extends Exception {
  private static final long serialVersionUID = 1L;

  NotStoppedException(String what) {
    super(what);
  }

  /** For a thread that goes on. */
  NotStoppedException(String what, Thread goesOn) {
    super(what);
    setStackTrace(goesOn.getStackTrace());
  }
}
