package dev.ripcord.grpc;

import java.util.Arrays;

/**
 * Bytes as ASCII that every language can read: RFC 3986, everything encoded but its unreserved
 * characters.
 */
final class PercentEncoding {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
  };

  private PercentEncoding() {}

  /** The same array if nothing needs encoding. */
  static byte[] encode(byte[] bytes) {
    int length = encodedLength(bytes);
    if (length == bytes.length) {
      return bytes;
    }
    byte[] text = new byte[length];
    int at = 0;
    for (byte b : bytes) {
      if (isUnreserved(b)) {
        text[at++] = b;
      } else {
        text[at++] = '%';
        text[at++] = HEX[(b >> 4) & 0xf];
        text[at++] = HEX[b & 0xf];
      }
    }
    return text;
  }

  private static int encodedLength(byte[] bytes) {
    int length = bytes.length;
    for (byte b : bytes) {
      if (!isUnreserved(b)) {
        length += 2;
      }
    }
    return length;
  }

  /**
   * Reads what any encoder may have written, one that encodes less included. Always another array:
   * {@code text} may be shared with whoever else has received the same.
   *
   * @throws IllegalArgumentException if a percent sign is not followed by two hex digits, or a
   *     character is not printable ASCII
   */
  static byte[] decode(byte[] text) {
    byte[] bytes = new byte[text.length];
    int length = 0;
    for (int i = 0; i < text.length; i++) {
      byte c = text[i];
      if (c == '%') {
        if (i + 2 >= text.length) {
          throw new IllegalArgumentException("cut short");
        }
        bytes[length++] = (byte) (digit(text[i + 1]) << 4 | digit(text[i + 2]));
        i += 2;
      } else if (c < ' ' || c == 0x7f) {
        throw new IllegalArgumentException("not printable ASCII");
      } else {
        bytes[length++] = c;
      }
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  private static int digit(byte c) {
    int digit = Character.digit(c, 16);
    if (digit < 0) {
      throw new IllegalArgumentException("not a hex digit");
    }
    return digit;
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
