package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names of single calls' contexts: eight bytes, unique in a process, unlikely to meet elsewhere.
 */
final class ContextIds {
  static final int BYTES = 8;

  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;
  private static final ContextIds IDS = new ContextIds();

  private final AtomicLong next = new AtomicLong(new SecureRandom().nextLong());

  static long next() {
    return IDS.nextBits();
  }

  /** No number comes twice in 2^64; SplitMix64 hides where in the walk it is. */
  long nextBits() {
    long z = next.getAndAdd(GOLDEN_RATIO);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  static String toHex(long id) {
    return HexFormat.of().toHexDigits(id);
  }

  static ByteString toBytes(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(BYTES).putLong(0, id));
  }

  static long of(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().getLong();
  }
}
