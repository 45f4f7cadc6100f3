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

  static SQLException exception(Cancellation why, @Nullable SQLException failure) {
    String state = failure == null || failure.getSQLState() == null ? STATE : failure.getSQLState();
    int code = failure == null ? 0 : failure.getErrorCode();
    SQLException cut =
        why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED
            ? new SQLTimeoutException(why.toString(), state, code, why.toCause())
            : new SQLException(why.toString(), state, code, why.toCause());
    if (failure != null) {
      cut.addSuppressed(failure);
    }
    return cut;
  }
}
