package dev.ripcord.grpc;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A header of ours by name, and how what it stands for is written in it. Text goes into {@link
 * Metadata} as bytes and comes out of it as bytes: what is printable ASCII already needs no {@code
 * String} in between, and no {@code char}s.
 */
final class RawHeader {
  private enum Form {
    /** Text as it is readable anywhere. */
    PERCENT_ENCODED,
    /** Text as it came, passed through untouched. */
    OPAQUE,
    /** Bytes, which gRPC encodes as base64 without padding. */
    BINARY
  }

  /** gRPC's own marshaller makes a String. */
  private static final InternalMetadata.TrustedAsciiMarshaller<byte[]> AS_IT_IS =
      new InternalMetadata.TrustedAsciiMarshaller<>() {
        @Override
        public byte[] toAsciiString(byte[] value) {
          return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] written) {
          return written;
        }
      };

  private final String name;
  private final Form form;
  private final Metadata.Key<byte[]> key;

  private RawHeader(String name, Form form) {
    this.name = name;
    this.form = form;
    this.key =
        form == Form.BINARY
            ? Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER)
            : InternalMetadata.keyOf(name, AS_IT_IS);
  }

  /** One whose values are ours to read. */
  static RawHeader named(String name) {
    return new RawHeader(name, isBinary(name) ? Form.BINARY : Form.PERCENT_ENCODED);
  }

  /**
   * One whose values are others' and only pass through.
   *
   * @throws IllegalArgumentException if no header can have that name
   */
  static RawHeader passingThrough(String name) {
    return new RawHeader(name, isBinary(name) ? Form.BINARY : Form.OPAQUE);
  }

  private static boolean isBinary(String name) {
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX);
  }

  /** The name on the wire. */
  String name() {
    return name;
  }

  /** {@code value} as it is written; perhaps the same array. */
  byte[] write(byte[] value) {
    return form == Form.PERCENT_ENCODED ? PercentEncoding.encode(value) : value;
  }

  /**
   * What {@code written} stands for; perhaps the same array.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  byte[] read(byte[] written) {
    return form == Form.PERCENT_ENCODED ? PercentEncoding.decode(written) : written;
  }

  /** What name and value take on the wire, HPACK aside. */
  int wireLength(byte[] written) {
    return name.length() + (form == Form.BINARY ? (written.length * 4 + 2) / 3 : written.length);
  }

  /** How long what stands for {@code bytes} bytes may be at most. */
  int longest(int bytes) {
    // Text that is passed through stays encoded, three characters for a byte at worst.
    return form == Form.OPAQUE ? 3 * bytes : bytes;
  }

  boolean isIn(Metadata headers) {
    return headers.containsKey(key);
  }

  /**
   * What is written in {@code headers}; null if it is absent.
   *
   * @throws IllegalArgumentException if there are two
   */
  byte @Nullable [] in(Metadata headers) {
    Iterable<byte[]> all = headers.getAll(key);
    if (all == null) {
      return null;
    }
    Iterator<byte[]> values = all.iterator();
    byte[] first = values.next();
    if (values.hasNext()) {
      throw new IllegalArgumentException("two values");
    }
    return first;
  }

  /** What is written in {@code headers}, the last if there are several; null if it is absent. */
  byte @Nullable [] lastIn(Metadata headers) {
    return headers.get(key);
  }

  /** Adds what is {@code written} to what {@code headers} have. */
  void addTo(Metadata headers, byte[] written) {
    headers.put(key, written);
  }

  void discardIn(Metadata headers) {
    headers.discardAll(key);
  }
}
