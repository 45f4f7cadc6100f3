package dev.ripcord;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Why something was ended, in a form that travels: a code for machines, a message for people, and
 * details.
 *
 * <pre>{@code
 * scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
 * scope.cancel(Reason.of("QUOTA_EXHAUSTED", "tenant acme is out of budget"));
 * }</pre>
 *
 * <p>Codes are open: an unknown one is carried and shown as it is. Decide on the code, never on the
 * message.
 *
 * @param code {@code UPPER_SNAKE}, 1 to 64 characters
 * @param message for people; may be empty
 * @param details for machines, unmodifiable, sorted by key
 */
public record Reason(String code, String message, Map<String, String> details) {
  /** An application ended it for a person. */
  public static final Reason USER_CANCELED = of("USER_CANCELED");

  /** The caller ended it and gave no reason. */
  public static final Reason CLIENT_CANCELED = of("CLIENT_CANCELED");

  /** A deadline struck. */
  public static final Reason DEADLINE = of("DEADLINE");

  /** Another branch of the same task group failed. */
  public static final Reason SIBLING_FAILED = of("SIBLING_FAILED");

  /** A hedge or a newer request won. */
  public static final Reason SUPERSEDED = of("SUPERSEDED");

  /** An operator cancelled it by its id. */
  public static final Reason ADMIN = of("ADMIN");

  /** The session it was done for was revoked. */
  public static final Reason AUTH_REVOKED = of("AUTH_REVOKED");

  /** The process that did it is shutting down. */
  public static final Reason SHUTDOWN = of("SHUTDOWN");

  /** The caller vanished. */
  public static final Reason CONNECTION_LOST = of("CONNECTION_LOST");

  private static final int LONGEST_CODE = 64;

  /** Checks the code and copies the details. */
  public Reason {
    Objects.requireNonNull(code, "code is null");
    Objects.requireNonNull(message, "message is null");
    Objects.requireNonNull(details, "details is null");
    if (!isCode(code)) {
      throw new IllegalArgumentException(
          "code \"" + code + "\" is not 1 to 64 of A-Z 0-9 _ from a letter on");
    }
    details = details.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(details));
  }

  /** A reason with a code only. */
  public static Reason of(String code) {
    return new Reason(code, "", Map.of());
  }

  /** A reason with a code and a message. */
  public static Reason of(String code, String message) {
    return new Reason(code, message, Map.of());
  }

  /** Whether {@code text} can be a reason's code. */
  public static boolean isCode(String text) {
    if (text.isEmpty() || text.length() > LONGEST_CODE || !isUpper(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isUpper(c) && c != '_' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUpper(int c) {
    return c >= 'A' && c <= 'Z';
  }

  /** This reason with another message. */
  public Reason withMessage(String newMessage) {
    return new Reason(code, newMessage, details);
  }

  /** This reason with one detail more. */
  public Reason withDetail(String key, String value) {
    TreeMap<String, String> more = new TreeMap<>(details);
    more.put(
        Objects.requireNonNull(key, "key is null"), Objects.requireNonNull(value, "value is null"));
    return new Reason(code, message, more);
  }

  /** Whether {@code other} has the same code. */
  public boolean hasCodeOf(Reason other) {
    return code.equals(other.code);
  }

  @Override
  public String toString() {
    return message.isEmpty() ? code : code + " \"" + message + "\"";
  }
}
