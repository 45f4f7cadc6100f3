package dev.ripcord.server.db;

import dev.ripcord.ContextException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a caller is told when the database refuses: whose fault it is and whether it helps to try
 * again, but no SQL.
 */
final class SqlFailures {
  private static final Logger log = LoggerFactory.getLogger(SqlFailures.class);
  private static final Set<String> TRY_AGAIN = Set.of("40001", "40P01", "55P03");
  private static final Set<String> AWAY = Set.of("57P01", "57P02", "57P03", "57P05", "53300");

  private SqlFailures() {}

  /**
   * An exception for {@code failure}, to be thrown; the context's own if that is what cut the
   * statement.
   */
  static RuntimeException toThrow(NamedQuery query, SQLException failure) {
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ContextException ended) {
        return ended;
      }
    }
    String state = String.valueOf(failure.getSQLState());
    if (failure instanceof SQLTransientConnectionException
        || state.startsWith("08")
        || AWAY.contains(state)) {
      log.warn("the database is away: {} ({})", failure.getMessage(), state);
      return told(Status.UNAVAILABLE, "the database cannot be used now", state);
    }
    if (state.equals("23505")) {
      return told(
          Status.ALREADY_EXISTS, "query " + query.name() + ": that is there already", state);
    }
    if (state.startsWith("23") || state.startsWith("22")) {
      return told(
          Status.FAILED_PRECONDITION,
          "query " + query.name() + ": the data does not allow it",
          state);
    }
    if (TRY_AGAIN.contains(state)) {
      return told(
          Status.ABORTED,
          "query " + query.name() + ": another change came in between; try again",
          state);
    }
    log.warn("query {} failed", query.name(), failure);
    return told(
        Status.INTERNAL,
        "query " + query.name() + " failed; the log of this service tells more",
        state);
  }

  private static StatusRuntimeException told(Status status, String what, String sqlState) {
    return status.withDescription(what + " (SQLSTATE " + sqlState + ")").asRuntimeException();
  }
}
