package dev.ripcord.client.cli;

import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON, indented for people. Knows maps, iterables, text, numbers, booleans and null.
 *
 * <pre>{@code
 * Json.write(Map.of("ok", true)); // {"ok": true} over three lines
 * }</pre>
 */
public final class Json {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder();
  private final boolean onOneLine;

  private Json(boolean onOneLine) {
    this.onOneLine = onOneLine;
  }

  /** {@code value} as JSON without a line feed, for a stream of values. */
  public static String line(@Nullable Object value) {
    Json json = new Json(true);
    json.value(value, 0);
    return json.out.toString();
  }

  /**
   * {@code value} as JSON, ending in a line feed.
   *
   * @throws IllegalArgumentException for an object of another type, and for a number that JSON has
   *     no word for
   */
  public static String write(@Nullable Object value) {
    Json json = new Json(false);
    json.value(value, 0);
    return json.out.append('\n').toString();
  }

  private void value(@Nullable Object value, int depth) {
    if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence text) {
      text(text);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof Map<?, ?> map) {
      object(map, depth);
    } else if (value instanceof Iterable<?> items) {
      array(items, depth);
    } else {
      throw new IllegalArgumentException("JSON cannot hold a " + value.getClass().getName());
    }
  }

  private void number(Number number) {
    if (!Double.isFinite(number.doubleValue())) {
      throw new IllegalArgumentException("JSON has no word for " + number);
    }
    out.append(number);
  }

  private void object(Map<?, ?> map, int depth) {
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    out.append('{');
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      newLine(depth + 1);
      text(String.valueOf(entry.getKey()));
      out.append(": ");
      value(entry.getValue(), depth + 1);
      out.append(entries.hasNext() ? "," : "");
    }
    end('}', map.isEmpty(), depth);
  }

  private void array(Iterable<?> items, int depth) {
    Iterator<?> rest = items.iterator();
    boolean empty = !rest.hasNext();
    out.append('[');
    while (rest.hasNext()) {
      newLine(depth + 1);
      value(rest.next(), depth + 1);
      out.append(rest.hasNext() ? "," : "");
    }
    end(']', empty, depth);
  }

  private void end(char bracket, boolean empty, int depth) {
    if (!empty) {
      newLine(depth);
    }
    out.append(bracket);
  }

  private void newLine(int depth) {
    if (!onOneLine) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  private void text(CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        // Beyond what JSON demands: DEL, C1 controls, line separators and lone surrogates, which
        // break other readers.
        if (c < 0x20
            || (c >= 0x7f && c < 0xa0)
            || c == 0x2028
            || c == 0x2029
            || Character.isSurrogate(c)) {
          escape(c);
        } else {
          out.append(c);
        }
      }
    }
  }

  private void escape(char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(HEX.charAt((c >> shift) & 0xf));
    }
  }
}
