package dev.ripcord.grpc;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One String for each name that comes with every call: callers are few, and say the same each time.
 * Holds a bounded number; of two that fall on the same place the later one stays.
 */
final class KnownNames {
  private static final int MOST = 256; // a power of two

  // Threads may see what others have put there, or not: a String is whole in any case.
  private final @Nullable String[] names = new @Nullable String[MOST];

  /** The name that stands, in ASCII, in {@code bytes}. */
  String of(byte[] bytes, int from, int length) {
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    int place = (hash ^ hash >>> 16) & (MOST - 1);
    String known = names[place];
    if (known != null && isSame(known, bytes, from, length)) {
      return known;
    }
    String name = new String(bytes, from, length, StandardCharsets.US_ASCII);
    names[place] = name;
    return name;
  }

  private static boolean isSame(String name, byte[] bytes, int from, int length) {
    if (name.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name.charAt(i) != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }
}
