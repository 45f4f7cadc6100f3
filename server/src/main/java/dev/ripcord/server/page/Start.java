package dev.ripcord.server.page;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request is started with.
 *
 * @param branches which to ask
 * @param heavy whether it is to take long
 * @param timeout null for no deadline
 * @param tenant empty for none
 * @param user empty for none
 * @param password empty for none
 * @param region what to report on
 */
record Start(
    List<String> branches,
    boolean heavy,
    @Nullable Duration timeout,
    String tenant,
    String user,
    String password,
    String region) {
  static final List<String> BRANCHES = List.of("identity", "db", "token");
  static final long LEAST_TIMEOUT_MILLIS = 50;
  static final long MOST_TIMEOUT_MILLIS = 600_000;
  private static final List<String> FIELDS =
      List.of("branches", "load", "timeout_ms", "tenant", "user", "password", "region");
  private static final List<String> LOADS = List.of("light", "heavy");
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_PASSWORD = 512;

  static Start of(Body body) throws Refused {
    body.knowsOnly(FIELDS);
    List<String> branches = body.words("branches", BRANCHES);
    String user = body.text("user", LONGEST_NAME);
    String password = body.secret("password", LONGEST_PASSWORD);
    Long timeout = body.number("timeout_ms", LEAST_TIMEOUT_MILLIS, MOST_TIMEOUT_MILLIS);
    Start start =
        new Start(
            branches.isEmpty() ? BRANCHES : branches,
            body.word("load", LOADS, "light").equals("heavy"),
            timeout == null ? null : Duration.ofMillis(timeout),
            body.text("tenant", LONGEST_NAME),
            user,
            password,
            body.text("region", LONGEST_NAME));
    if (user.isBlank() && (start.asks("identity") || start.asks("token"))) {
      throw Refused.field("user", "user is missing: identity and token are asked for one");
    }
    if (password.isEmpty() && start.asks("token")) {
      throw Refused.field(
          "password", "password is missing: for token, the user is logged in first");
    }
    return start;
  }

  boolean asks(String branch) {
    return branches.contains(branch);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "Start[branches=" + branches + ", heavy=" + heavy + ", timeout=" + timeout + "]";
  }
}
