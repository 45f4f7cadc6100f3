package dev.ripcord.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes as ASCII that every language can read: RFC 3986, everything encoded but its unreserved
 * characters.
 */
final class PercentEncoding {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  static String encode(byte[] bytes) {
    int length = encodedLength(bytes);
    if (length == bytes.length) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
    StringBuilder text = new StringBuilder(length);
    for (byte b : bytes) {
      if (isUnreserved(b)) {
        text.append((char) b);
      } else {
        text.append('%');
        HEX.toHexDigits(text, b);
      }
    }
    return text.toString();
  }

  static int encodedLength(byte[] bytes) {
    int length = bytes.length;
    for (byte b : bytes) {
      if (!isUnreserved(b)) {
        length += 2;
      }
    }
    return length;
  }

  /**
   * Reads what any encoder may have written, one that encodes less included.
   *
   * @throws IllegalArgumentException if a percent sign is not followed by two hex digits, or a
   *     character is not ASCII
   */
  static byte[] decode(String text) {
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()) {
          throw new IllegalArgumentException("cut short");
        }
        bytes[length++] = (byte) HexFormat.fromHexDigits(text, i + 1, i + 3);
        i += 2;
      } else if (c < ' ' || c >= 0x7f) {
        throw new IllegalArgumentException("not printable ASCII");
      } else {
        bytes[length++] = (byte) c;
      }
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private static boolean isUnreserved(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '.'
        || b == '_'
        || b == '~';
  }
}
