package dev.ripcord.server.page;

import dev.ripcord.server.HttpAnswer;
import org.jspecify.annotations.Nullable;

/** What is asked is not done; the answer says why. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String SECONDS_TO_WAIT = "5";

  private final int status;
  private final String code;
  private final @Nullable String field;

  Refused(int status, String code, String message) {
    this(status, code, message, null);
  }

  private Refused(int status, String code, String message, @Nullable String field) {
    super(message, null, false, false); // nobody looks at its stack
    this.status = status;
    this.code = code;
    this.field = field;
  }

  /** For what is wrong with one field of the body, or one parameter. */
  static Refused field(String field, String message) {
    return new Refused(400, "bad_request", message, field);
  }

  static Refused badRequest(String message) {
    return new Refused(400, "bad_request", message);
  }

  HttpAnswer answer() {
    HttpAnswer answer =
        Json.answer(
            status,
            json ->
                json.object(
                    "error",
                    error ->
                        error
                            .put("code", code)
                            .put("message", String.valueOf(getMessage()))
                            .putIfPresent("field", field)));
    boolean mayPass = status == 429 || status == 503;
    return mayPass ? answer.with("Retry-After", SECONDS_TO_WAIT) : answer;
  }
}
