package dev.ripcord.grpc;

import dev.ripcord.BoundValue;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import io.grpc.Metadata;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The header of one propagated key: {@code ctx-<name>} with percent-encoded text, or {@code
 * ctx-<name>-bin}.
 */
final class ValueHeader<T> {
  static final String PREFIX = "ctx-";

  private final Key<T> key;
  private final ValueCodec<T> codec;
  private final RawHeader header;

  private ValueHeader(Key<T> key, ValueCodec<T> codec) {
    this.key = key;
    this.codec = codec;
    this.header =
        RawHeader.named(
            PREFIX + key.name() + (codec.isText() ? "" : Metadata.BINARY_HEADER_SUFFIX));
  }

  static <T> ValueHeader<T> of(Key<T> key) {
    Objects.requireNonNull(key, "key is null");
    ValueCodec<T> codec = key.codec();
    if (codec == null) {
      throw new IllegalArgumentException(
          "key \"" + key + "\" is local, make it with Key.propagated");
    }
    return new ValueHeader<>(key, codec);
  }

  String name() {
    return header.name();
  }

  RawHeader header() {
    return header;
  }

  boolean isIn(Context context) {
    return context.value(key) != null;
  }

  /** The value in {@code context} as bytes, or null if there is none. */
  byte @Nullable [] encodedIn(Context context) {
    T value = context.value(key);
    return value == null ? null : codec.encode(value);
  }

  /**
   * The key with the value that {@code bytes} stand for.
   *
   * @throws RuntimeException if they stand for none
   */
  BoundValue decoded(byte[] bytes) {
    return key.boundTo(Objects.requireNonNull(codec.decode(bytes)));
  }
}
