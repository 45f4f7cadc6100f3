package dev.ripcord;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The typed name of a value. Two keys are the same key only if they are the same object; keep it in
 * a constant.
 *
 * <pre>{@code
 * static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());
 * Context ctx = Context.background().withValue(TENANT, "acme");
 * String tenant = ctx.value(TENANT); // acme
 * }</pre>
 */
public final class Key<T> {
  private static final AtomicInteger NEXT_ID = new AtomicInteger();
  private static final int LONGEST_NAME = 64;

  private final String name;
  private final @Nullable ValueCodec<T> codec;
  // Dense and unique, so that a trie over it needs no case for equal hashes.
  final int id = NEXT_ID.getAndIncrement();

  private Key(String name, @Nullable ValueCodec<T> codec) {
    this.name = name;
    this.codec = codec;
  }

  /** A key whose values stay in this process. {@code name} is for people. */
  public static <T> Key<T> local(String name) {
    Objects.requireNonNull(name, "name is null");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("name is empty");
    }
    return new Key<>(name, null);
  }

  /**
   * A key whose values may travel with calls to other processes, encoded by {@code codec}.
   *
   * @param name 1 to 64 characters of {@code a-z 0-9 - _ .}, starting with a letter, not ending in
   *     {@code -bin}: it becomes part of a header's name
   */
  public static <T> Key<T> propagated(String name, ValueCodec<T> codec) {
    Objects.requireNonNull(codec, "codec is null");
    return new Key<>(checkHeaderName(name), codec);
  }

  private static String checkHeaderName(String name) {
    Objects.requireNonNull(name, "name is null");
    if (name.length() > LONGEST_NAME
        || !name.matches("[a-z][a-z0-9._-]*")
        || name.endsWith("-bin")) {
      throw new IllegalArgumentException(
          "name \""
              + name
              + "\" cannot be part of a header: 1 to 64 of a-z 0-9 - _ . from a letter on, not ending in -bin");
    }
    return name;
  }

  /** This key with {@code value}; null is a value too. For {@link Context#withValues}. */
  public BoundValue boundTo(@Nullable T value) {
    return new BoundValue(this, value);
  }

  /** The name given at creation. */
  public String name() {
    return name;
  }

  /** How values travel, or null for a local key. */
  public @Nullable ValueCodec<T> codec() {
    return codec;
  }

  /** Whether values of this key may leave the process. */
  public boolean isPropagated() {
    return codec != null;
  }

  @Override
  public String toString() {
    return name;
  }
}
