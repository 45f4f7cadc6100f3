package dev.ripcord.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A protobuf message being written, field by field. What must leave at once when a context ends is
 * written with this: generated builders run some ten times the code for it, which is seldom warm,
 * since cancels are rare.
 *
 * <p>As in proto3, a field that has its default value is left out.
 */
final class MessageBytes {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int MOST_OF_A_VARINT = 10;

  private byte[] bytes;
  private int length;

  MessageBytes(int expectedLength) {
    this.bytes = new byte[expectedLength];
  }

  int length() {
    return length;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void number(int field, long value) {
    if (value != 0) {
      varint(field << 3 | VARINT);
      varint(value);
    }
  }

  void text(int field, String value) {
    bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  void bytes(int field, byte[] value) {
    if (value.length > 0) {
      varint(field << 3 | LENGTH_DELIMITED);
      varint(value.length);
      raw(value);
    }
  }

  /** One of a packed list of fixed64, between {@link #begin} and {@link #end}. */
  void fixed64(long value) {
    reserve(Long.BYTES);
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[length++] = (byte) (value >>> (Byte.SIZE * i));
    }
  }

  /** What is written until {@link #end} is the value of {@code field}. */
  int begin(int field) {
    varint(field << 3 | LENGTH_DELIMITED);
    reserve(1);
    return ++length;
  }

  /**
   * @param begun what {@link #begin} has returned
   */
  void end(int begun) {
    int size = length - begun;
    int more = varintSize(size) - 1;
    if (more > 0) {
      reserve(more);
      System.arraycopy(bytes, begun, bytes, begun + more, size);
    }
    length = begun - 1;
    varint(size);
    length += size;
  }

  /** Fields that have been written elsewhere. */
  void raw(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  private void varint(long value) {
    reserve(MOST_OF_A_VARINT);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private static int varintSize(int value) {
    int size = 1;
    for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
      size++;
    }
    return size;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length + more);
    }
  }
}
