package dev.ripcord.grpc;

import org.jspecify.annotations.Nullable;

/**
 * The header of W3C trace context, as far as the trace's name goes: {@code 00-<32 hex>-<16 hex>-<2
 * hex>}.
 */
final class TraceParent {
  private static final int LENGTH = 55;
  private static final int ID_FROM = 3;
  private static final int ID_TO = 35;
  private static final RequestId INVALID = new RequestId(0, 0);

  private TraceParent() {}

  /** Null if {@code header} is not one. */
  static @Nullable RequestId traceId(String header) {
    // A later version may be longer, and begins the same.
    if (header.length() < LENGTH
        || !isHexAndDashes(header.substring(0, LENGTH))
        || header.startsWith("ff")) {
      return null;
    }
    RequestId id = RequestId.parse(header.substring(ID_FROM, ID_TO));
    return id.equals(INVALID) ? null : id;
  }

  private static boolean isHexAndDashes(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean dash = i == 2 || i == ID_TO || i == 52;
      boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (dash ? c != '-' : !hex) {
        return false;
      }
    }
    return true;
  }
}
