package dev.ripcord.grpc;

import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A header of ours by name: reads, writes and measures its value, whatever it stands for. */
sealed interface RawHeader {

  /** The name on the wire. */
  String name();

  /**
   * The value's bytes. Null if it is absent; throws IllegalArgumentException if it is malformed or
   * there are two.
   */
  byte @Nullable [] read(Metadata headers);

  /** Puts {@code value} in place of what was there. */
  void write(Metadata headers, byte[] value);

  /** What name and value take on the wire, HPACK aside. */
  int wireLength(byte[] value);

  static RawHeader named(String name) {
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
        ? new Binary(name)
        : new PercentEncodedText(name);
  }

  private static <V> @Nullable V onlyOne(Metadata headers, Metadata.Key<V> key) {
    Iterable<V> all = headers.getAll(key);
    if (all == null) {
      return null;
    }
    Iterator<V> values = all.iterator();
    V first = values.next();
    if (values.hasNext()) {
      throw new IllegalArgumentException("two values");
    }
    return first;
  }

  /** Text as it is readable anywhere. */
  record PercentEncodedText(String name, Metadata.Key<String> key) implements RawHeader {
    PercentEncodedText(String name) {
      this(name, Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    @Override
    public byte @Nullable [] read(Metadata headers) {
      String text = onlyOne(headers, key);
      return text == null ? null : PercentEncoding.decode(text);
    }

    @Override
    public void write(Metadata headers, byte[] value) {
      headers.discardAll(key);
      headers.put(key, PercentEncoding.encode(value));
    }

    @Override
    public int wireLength(byte[] value) {
      return name.length() + PercentEncoding.encodedLength(value);
    }
  }

  /** Text as it came, passed through untouched. */
  record OpaqueText(String name, Metadata.Key<String> key) implements RawHeader {
    OpaqueText(String name) {
      this(name, Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    @Override
    public byte @Nullable [] read(Metadata headers) {
      String text = onlyOne(headers, key);
      return text == null ? null : text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void write(Metadata headers, byte[] value) {
      headers.discardAll(key);
      headers.put(key, new String(value, StandardCharsets.ISO_8859_1));
    }

    @Override
    public int wireLength(byte[] value) {
      return name.length() + value.length;
    }
  }

  /** Bytes, which gRPC encodes as base64 without padding. */
  record Binary(String name, Metadata.Key<byte[]> key) implements RawHeader {
    Binary(String name) {
      this(name, Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
    }

    @Override
    public byte @Nullable [] read(Metadata headers) {
      return onlyOne(headers, key);
    }

    @Override
    public void write(Metadata headers, byte[] value) {
      headers.discardAll(key);
      headers.put(key, value);
    }

    @Override
    public int wireLength(byte[] value) {
      return name.length() + (value.length * 4 + 2) / 3;
    }
  }
}
