package dev.ripcord;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * How values of a propagated key become bytes and back. Called on the threads that make and receive
 * calls: must not block.
 *
 * @param <T> the values' type
 */
public interface ValueCodec<T> {

  /** The value as bytes. */
  byte[] encode(T value);

  /**
   * The bytes as a value.
   *
   * @throws IllegalArgumentException if they are not one; the value is then dropped and counted
   */
  T decode(byte[] bytes);

  /**
   * Whether the bytes are UTF-8 text, which travels readable; other bytes travel in a binary
   * header.
   */
  boolean isText();

  /** Strings as UTF-8 text. */
  static ValueCodec<String> utf8() {
    return Utf8.CODEC;
  }

  /** Bytes as they are. The array is copied both ways. */
  static ValueCodec<byte[]> bytes() {
    return Bytes.CODEC;
  }

  /** See {@link #utf8()}. */
  final class Utf8 implements ValueCodec<String> {
    private static final Utf8 CODEC = new Utf8();

    private Utf8() {}

    @Override
    public byte[] encode(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      // What is malformed has become a replacement character; seldom one is meant.
      if (text.indexOf('\uFFFD') < 0) {
        return text;
      }
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("not UTF-8", e);
      }
    }

    @Override
    public boolean isText() {
      return true;
    }
  }

  /** See {@link #bytes()}. */
  final class Bytes implements ValueCodec<byte[]> {
    private static final Bytes CODEC = new Bytes();

    private Bytes() {}

    @Override
    public byte[] encode(byte[] value) {
      return value.clone();
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes.clone();
    }

    @Override
    public boolean isText() {
      return false;
    }
  }
}
