package dev.ripcord.server.identity;

import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The users and their sessions as the db service keeps them. Every call is made under {@code
 * Context.current()} and ends with it; what db saw of it is given to {@code visits}.
 */
final class Directory {
  private final DbGrpc.DbBlockingStub db;

  Directory(DbGrpc.DbBlockingStub db) {
    this.db = db;
  }

  /** Somebody who can log in. */
  record User(
      String name, String displayName, String email, List<String> roles, String passwordHash) {
    /** Without the hash. */
    @Override
    public String toString() {
      return "User[" + name + ", " + displayName + ", " + email + ", " + roles + "]";
    }
  }

  /** A session as it was opened. */
  record Session(String user, Instant expiresAt, boolean revoked) {}

  /** The user called {@code name}, or null. */
  @Nullable User user(String name, Consumer<Visit> visits) {
    Row row = firstRow(query("user_by_name", Map.of("user", name), visits));
    if (row == null) {
      return null;
    }
    return new User(
        text(row, "user_name"),
        text(row, "display_name"),
        text(row, "email"),
        List.of(text(row, "roles").split(",")),
        text(row, "password_hash"));
  }

  /**
   * How many orders the user called {@code name} has placed, from their whole activity: a query of
   * many seconds.
   */
  long ordersFromActivity(String name, Consumer<Visit> visits) {
    Row row = firstRow(query("user_activity", Map.of("user", name), visits));
    return row == null ? 0 : number(row, "orders");
  }

  /** Writes down a new session. */
  void openSession(String key, String user, Duration validity, Consumer<Visit> visits) {
    execute(
        "session_open",
        Map.of("session", key, "user", user, "valid_seconds", Long.toString(validity.toSeconds())),
        visits);
  }

  /** The session written down under {@code key}, or null. */
  @Nullable Session session(String key) {
    Row row = firstRow(query("session_by_id", Map.of("session", key), visit -> {}));
    if (row == null) {
      return null;
    }
    Instant expiresAt = Instant.ofEpochMilli(number(row, "expires_ms"));
    return new Session(
        text(row, "user_name"), expiresAt, Boolean.parseBoolean(text(row, "revoked")));
  }

  /** Whether this call revoked the session. */
  boolean revokeSession(String key) {
    return execute("session_revoke", Map.of("session", key), visit -> {}) > 0;
  }

  private QueryReply query(String name, Map<String, String> parameters, Consumer<Visit> visits) {
    QueryReply reply = db.query(request(name, parameters));
    reply.getVisitsList().forEach(visits);
    return reply;
  }

  private long execute(String name, Map<String, String> parameters, Consumer<Visit> visits) {
    ExecuteReply reply = db.execute(request(name, parameters));
    reply.getVisitsList().forEach(visits);
    return reply.getChanged();
  }

  private static QueryRequest request(String name, Map<String, String> parameters) {
    return QueryRequest.newBuilder().setName(name).putAllParameters(parameters).build();
  }

  private static @Nullable Row firstRow(QueryReply reply) {
    return reply.getRowsCount() == 0 ? null : reply.getRows(0);
  }

  /** Empty for NULL. */
  private static String text(Row row, String column) {
    for (Column candidate : row.getColumnsList()) {
      if (candidate.getName().equals(column)) {
        return candidate.getValue();
      }
    }
    throw new IllegalStateException(
        "db answered without a column \"" + column + "\"; do both run the same version?");
  }

  private static long number(Row row, String column) {
    String text = text(row, column);
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }
}
