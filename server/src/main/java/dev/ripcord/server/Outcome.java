package dev.ripcord.server;

import dev.ripcord.Cancellation;
import io.grpc.Status;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What became of a call, seen from the service that handled it. */
enum Outcome {
  /** It was answered. */
  OK,
  /** It was ended before, because somebody wanted it so or its time was up: nobody's failure. */
  ENDED,
  /** It was refused for what its caller asked, or because a peer could not. */
  REFUSED,
  /** What nobody wanted. */
  FAILED;

  private static final Set<Status.Code> TROUBLE =
      Set.of(Status.Code.UNKNOWN, Status.Code.INTERNAL, Status.Code.DATA_LOSS);

  /**
   * Of a call closed with {@code status}, null if the handler gave none, whose context had ended by
   * {@code why} by then, null if it had not.
   */
  static Outcome of(@Nullable Status status, @Nullable Cancellation why) {
    if (why != null || status == null) {
      return ENDED;
    }
    if (status.isOk()) {
      return OK;
    }
    return TROUBLE.contains(status.getCode()) ? FAILED : REFUSED;
  }
}
