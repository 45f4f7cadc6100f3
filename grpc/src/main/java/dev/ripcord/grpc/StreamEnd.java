package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Why a stream closed under its handler, as far as the transport tells. */
final class StreamEnd {
  private static final int MESSAGE_BYTES = 256;
  private static final Duration LEAST_SLACK = Duration.ofMillis(20);
  private static final Duration MOST_SLACK = Duration.ofMillis(250);
  private static final int SLACK_DIVISOR = 5;

  private StreamEnd() {}

  /**
   * Null if the stream closed because the call was answered.
   *
   * @param left the time to the call's deadline here, if it has one
   * @param granted the time between the call's arrival and its deadline
   * @param handled whether a handler knows of the call
   */
  static @Nullable Cancellation of(
      Status status, @Nullable Duration left, @Nullable Duration granted, boolean handled) {
    return switch (status.getCode()) {
      case OK -> null;
      case CANCELLED -> struck(left, granted) ? Cancellation.deadlineExceeded(null) : canceled();
      case DEADLINE_EXCEEDED -> Cancellation.deadlineExceeded(null);
      case UNAVAILABLE ->
          Cancellation.canceled(
              isShutdown(status) ? Reason.SHUTDOWN : Reason.CONNECTION_LOST, null);
      // Without a handler: gRPC's own answer, to an unknown method for instance. With one: its
      // stream broke.
      default ->
          handled ? Cancellation.canceled(Reason.of("STREAM_FAILED", inWords(status)), null) : null;
    };
  }

  /** A caller that says no more. */
  static Cancellation canceled() {
    return Cancellation.canceled(Reason.CLIENT_CANCELED, null);
  }

  /** Whether it may be the deadline, or a cancel shortly before. */
  static boolean isUnclear(Status status, @Nullable Duration left, @Nullable Duration granted) {
    return status.getCode() == Status.Code.CANCELLED
        && left != null
        && left.compareTo(Duration.ZERO) > 0
        && struck(left, granted);
  }

  /**
   * Whether a reset came because the caller's deadline struck. The caller's clock runs ahead of
   * ours by the time the call was under way, which nobody knows: milliseconds, more in a process
   * that has just started. So its reset may come before our own deadline. Whoever cancels in the
   * last moment of his time, and cannot say so, is counted here too.
   */
  private static boolean struck(@Nullable Duration left, @Nullable Duration granted) {
    if (left == null || granted == null) {
      return false;
    }
    Duration slack = granted.dividedBy(SLACK_DIVISOR);
    if (slack.compareTo(LEAST_SLACK) < 0) {
      slack = LEAST_SLACK;
    } else if (slack.compareTo(MOST_SLACK) > 0) {
      slack = MOST_SLACK;
    }
    return left.compareTo(slack) <= 0;
  }

  /**
   * The transport has the same code for both; a shutdown through {@link Ripcord#shutdown} has ended
   * the context before.
   */
  private static boolean isShutdown(Status status) {
    return Objects.requireNonNullElse(status.getDescription(), "").startsWith("Server shutdown");
  }

  private static String inWords(Status status) {
    String description = status.getDescription();
    String text =
        description == null ? status.getCode().name() : status.getCode() + ": " + description;
    return Text.bounded(text, MESSAGE_BYTES);
  }
}
