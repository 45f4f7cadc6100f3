package dev.ripcord.server;

import java.util.Objects;

/**
 * The process can not begin to serve. The message says what is wrong and what to do about it, in a
 * paragraph for people.
 */
public final class CannotStart extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what is wrong and what to do. */
  public CannotStart(String message) {
    super(Objects.requireNonNull(message, "message is null"));
  }

  /** With what is wrong, what to do, and the exception that told. */
  public CannotStart(String message, Throwable cause) {
    super(Objects.requireNonNull(message, "message is null"), cause);
  }
}
