package dev.ripcord.grpc;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/**
 * Bytes as ASCII that every language can read: RFC 3986, everything encoded but its unreserved
 * characters.
 */
final class PercentEncoding {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length + 16);
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

  /**
   * Reads what any encoder may have written, one that encodes less included.
   *
   * @throws IllegalArgumentException if a percent sign is not followed by two hex digits, or a
   *     character is not ASCII
   */
  static byte[] decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()) {
          throw new IllegalArgumentException("cut short");
        }
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else if (c < ' ' || c >= 0x7f) {
        throw new IllegalArgumentException("not printable ASCII");
      } else {
        bytes.write(c);
      }
    }
    return bytes.toByteArray();
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
