package dev.ripcord.grpc;

import dev.ripcord.Context;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The name of a whole tree, over all processes: 16 bytes, shown as 32 hex digits. The caller's to
 * choose with {@link Ripcord#withRequestId(Context, RequestId)}; otherwise made where the first
 * call leaves or enters.
 *
 * @param high the first eight bytes
 * @param low the last eight bytes
 */
public record RequestId(long high, long low) implements Comparable<RequestId> {
  static final int BYTES = 16;

  private static final int DIGITS = 2 * BYTES;
  // Two walks through all 64-bit numbers, from where nobody knows: as good as 128 random bits each
  // time, and nobody waits for the system's source of them.
  private static final ContextIds HIGH = new ContextIds();
  private static final ContextIds LOW = new ContextIds();
  private static final HexFormat HEX = HexFormat.of();

  /** A new one, of 128 random bits; unlike any other, but no secret. */
  public static RequestId random() {
    return new RequestId(HIGH.nextBits(), LOW.nextBits());
  }

  /**
   * Reads what {@link #toString()} writes; a trace id of W3C trace context is one too.
   *
   * @throws IllegalArgumentException if {@code hex} is not 32 hex digits
   */
  public static RequestId parse(String hex) {
    Objects.requireNonNull(hex, "hex is null");
    if (hex.length() != DIGITS) {
      throw new IllegalArgumentException(
          "a request id has " + DIGITS + " hex digits, this has " + hex.length() + " characters");
    }
    return new RequestId(
        HexFormat.fromHexDigitsToLong(hex, 0, DIGITS / 2),
        HexFormat.fromHexDigitsToLong(hex, DIGITS / 2, DIGITS));
  }

  /** From 16 bytes. */
  public static RequestId of(byte[] bytes) {
    Objects.requireNonNull(bytes, "bytes is null");
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "a request id has " + BYTES + " bytes, not " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new RequestId(buffer.getLong(), buffer.getLong());
  }

  /** By their bytes, as {@link #toString()} sorts. */
  @Override
  public int compareTo(RequestId other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh == 0 ? Long.compareUnsigned(low, other.low) : byHigh;
  }

  /** Its 16 bytes; a new array. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  @Override
  public String toString() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }
}
