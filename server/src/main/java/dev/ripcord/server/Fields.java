package dev.ripcord.server;

import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;

/**
 * Checks what a caller sent: each check returns the value, or refuses the call with
 * INVALID_ARGUMENT and the field's name.
 *
 * <pre>{@code
 * String user = Fields.text("user", request.getUser(), 64);
 * }</pre>
 */
public final class Fields {
  private Fields() {}

  /** One line of text: not blank, at most {@code longest} UTF-16 units, no control characters. */
  public static String text(String field, String value, int longest) {
    if (value.isBlank()) {
      throw refused(field + " is empty");
    }
    return optionalText(field, value, longest);
  }

  /** Like {@link #text}, but may be empty. */
  public static String optionalText(String field, String value, int longest) {
    atMost(field, value, longest);
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw refused(field + " has control characters");
    }
    return value;
  }

  /**
   * Anything that is not empty and at most {@code longest} UTF-16 units; the refusal does not
   * repeat it.
   */
  public static String secret(String field, String value, int longest) {
    if (value.isEmpty()) {
      throw refused(field + " is empty");
    }
    atMost(field, value, longest);
    return value;
  }

  /** At least one secret and at most {@code most}, each as {@link #secret} has it. */
  public static List<String> secrets(String field, List<String> values, int most, int longest) {
    if (values.isEmpty()) {
      throw refused(field + " are missing");
    }
    if (values.size() > most) {
      throw refused(field + " are " + values.size() + ", more than " + most);
    }
    values.forEach(value -> secret("one of " + field, value, longest));
    return values;
  }

  /** A number within bounds, both included. */
  public static long number(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw refused(field + " is " + value + ", not " + least + " to " + most);
    }
    return value;
  }

  /** How much to do; unspecified is LIGHT. */
  public static Load load(Load load) {
    return switch (load) {
      case LOAD_UNSPECIFIED, LIGHT -> Load.LIGHT;
      case HEAVY -> Load.HEAVY;
      case UNRECOGNIZED -> throw refused("load is neither LIGHT nor HEAVY");
    };
  }

  /** The exception that refuses a call for what is wrong with its request. */
  public static StatusRuntimeException refused(String what) {
    return Status.INVALID_ARGUMENT.withDescription(what).asRuntimeException();
  }

  private static void atMost(String field, String value, int longest) {
    if (value.length() > longest) {
      throw refused(field + " has " + value.length() + " characters, more than " + longest);
    }
  }
}
