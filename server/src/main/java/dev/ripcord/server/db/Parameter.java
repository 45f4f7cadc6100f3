package dev.ripcord.server.db;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A parameter of a named query.
 *
 * @param name as callers give it
 * @param type what it may be
 */
record Parameter(String name, Type type) {

  /** What a value may be. All come as text. */
  enum Type {
    /** The name of a user, a region. */
    NAME("1 to 64 of A-Z a-z 0-9 . _ -", Pattern.compile("[A-Za-z0-9._-]{1,64}")),
    /** The id of a session. */
    ID("1 to 128 of A-Z a-z 0-9 _ -", Pattern.compile("[A-Za-z0-9_-]{1,128}")),
    /** Any text. */
    TEXT(
        "at most 2,000 characters, none of them NUL",
        Pattern.compile("[^\\x00]{0,2000}", Pattern.DOTALL)),
    /** A time span in whole seconds, up to a year. */
    SECONDS("a whole number of seconds from 1 to 31536000", Pattern.compile("[1-9][0-9]{0,7}")) {
      @Override
      Object value(String text) {
        long seconds = Long.parseLong(super.value(text).toString());
        if (seconds > 31_536_000) {
          throw new IllegalArgumentException(description());
        }
        return seconds;
      }
    };

    private final String description;
    private final Pattern form;

    Type(String description, Pattern form) {
      this.description = description;
      this.form = form;
    }

    String description() {
      return description;
    }

    /** What is handed to the database for {@code text}. */
    Object value(String text) {
      if (!form.matcher(text).matches()) {
        throw new IllegalArgumentException(description);
      }
      return text;
    }
  }

  Parameter {
    Objects.requireNonNull(name, "name is null");
    Objects.requireNonNull(type, "type is null");
  }
}
