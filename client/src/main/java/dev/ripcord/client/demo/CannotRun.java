package dev.ripcord.client.demo;

import org.jspecify.annotations.Nullable;

/** The demo cannot go on. The message says why and what to do, in sentences for people. */
final class CannotRun extends Exception {
  private static final long serialVersionUID = 1L;

  CannotRun(String message) {
    super(message);
  }

  CannotRun(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
