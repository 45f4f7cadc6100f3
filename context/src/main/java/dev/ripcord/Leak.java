package dev.ripcord;

import java.util.Objects;

/**
 * Something that should have been closed and was forgotten; see {@link LeakDetector}.
 *
 * @param kind what was forgotten
 * @param createdAt never thrown: its stack trace is the place that created it
 */
public record Leak(Kind kind, Throwable createdAt) {

  /** Neither may be null. */
  public Leak {
    Objects.requireNonNull(kind, "kind is null");
    Objects.requireNonNull(createdAt, "createdAt is null");
  }

  /** What can be forgotten. */
  public enum Kind {
    /** A {@link CancelScope} whose context was live, with listeners waiting for its end. */
    SCOPE("a CancelScope was never closed, and somebody listens to its context"),

    /** A {@link TaskGroup} with tasks that was neither joined nor closed. */
    TASK_GROUP("a TaskGroup was neither joined nor closed, and nobody knows how its tasks ended");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** One line for people, without the stack trace. */
  @Override
  public String toString() {
    return "leak: " + kind.words;
  }
}
