package dev.ripcord.grpc;

import java.nio.charset.StandardCharsets;

/** Text of peers made safe to print, and short. */
final class Text {
  static final int NAME_BYTES = 64;

  private Text() {}

  /**
   * {@code text} without anything that could move a cursor or turn a line around, cut to {@code
   * maxBytes} of UTF-8.
   */
  static String bounded(String text, int maxBytes) {
    if (text.length() <= maxBytes && isAscii(text, ' ')) {
      return text;
    }
    StringBuilder safe = new StringBuilder(Math.min(text.length(), maxBytes));
    int bytes = 0;
    int i = 0;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      int printed = isPrintable(c) ? c : '?';
      bytes += utf8Length(printed);
      if (bytes > maxBytes) {
        break;
      }
      safe.appendCodePoint(printed);
      i += Character.charCount(c);
    }
    return safe.toString();
  }

  static int utf8Bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Whether {@code name} may name a service or an instance: 1 to 64 printable ASCII characters, no
   * space.
   */
  static boolean isName(String name) {
    return !name.isEmpty() && name.length() <= NAME_BYTES && isAscii(name, '!');
  }

  /** Whether all of {@code text} is printable ASCII from {@code least} on. */
  private static boolean isAscii(String text, char least) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < least || c >= 0x7f) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }
}
