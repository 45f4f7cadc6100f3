package dev.ripcord;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key and a value for it, made by {@link Key#boundTo}, to be bound together with others by {@link
 * Context#withValues}. Immutable.
 */
public final class BoundValue {
  final Key<?> key;
  final @Nullable Object value; // of the key's type: boundTo sees to that

  BoundValue(Key<?> key, @Nullable Object value) {
    this.key = Objects.requireNonNull(key, "key is null");
    this.value = value;
  }

  /** The key's name; never the value, which may be nobody's business. */
  @Override
  public String toString() {
    return key.name();
  }
}
