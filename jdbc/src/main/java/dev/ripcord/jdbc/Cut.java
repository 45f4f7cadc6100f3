package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import org.jspecify.annotations.Nullable;

/** What a caller is told when its context ended: see {@link ContextDataSource}. */
final class Cut {
  /** query_canceled, as PostgreSQL and H2 have it; for what never reached a server. */
  private static final String STATE = "57014";

  private Cut() {}

  static void throwIfDone(Context context) throws SQLException {
    Cancellation why = context.cancellation();
    if (why != null) {
      throw exception(why, null);
    }
  }

  /** How to report {@code failure}: as a cut if the context is done, else as it is. */
  static SQLException orFailure(Context context, SQLException failure) {
    Cancellation why = context.cancellation();
    return why == null ? failure : exception(why, failure);
  }

  /** How to report {@code failure} of something whose connection was given up meanwhile. */
  static SQLException givenUp(Cancellation why, SQLException failure, LastResort resort) {
    String message =
        why
            + "; it did not stop within "
            + resort.grace()
            + ", so its connection was given up, and whether it stops on the server is not known";
    return exception(why, message, failure);
  }

  static SQLException exception(Cancellation why, @Nullable SQLException failure) {
    return exception(why, why.toString(), failure);
  }

  private static SQLException exception(
      Cancellation why, String message, @Nullable SQLException failure) {
    String state = failure == null || failure.getSQLState() == null ? STATE : failure.getSQLState();
    int code = failure == null ? 0 : failure.getErrorCode();
    SQLException cut =
        why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED
            ? new SQLTimeoutException(message, state, code, why.toCause())
            : new SQLException(message, state, code, why.toCause());
    if (failure != null) {
      cut.addSuppressed(failure);
    }
    return cut;
  }

  /** Of a commit that would roll back, and say nothing. */
  static SQLException transactionLost() {
    return new SQLException(
        "a statement of the transaction was cut or has failed: it was rolled back", "25P02");
  }

  /** For the log, once: {@code stuck} is inside the driver, or null if only its cancel is. */
  static String report(Cancellation why, LastResort resort, @Nullable Thread stuck) {
    StringBuilder text =
        new StringBuilder("overdue: SQL still runs ")
            .append(resort.grace())
            .append(" after its context has ended (")
            .append(why)
            .append("). Its connection is given up; on the server it may run on.");
    if (stuck != null) {
      text.append(" Its thread is here:");
      for (StackTraceElement frame : stuck.getStackTrace()) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }
}
