package dev.ripcord.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a protobuf message that has the usual form, the one in which {@link MessageBytes} writes:
 * fields in ascending order, each once, text in printable ASCII. Whoever reads asks for field after
 * field, and at the end whether that was all. If it was not, or if anything was different, what was
 * read means nothing, and the generated parser is to say what the message is.
 *
 * <p>For what must be read at once when a context ends: the generated parser runs some ten times
 * the code, which is seldom warm, since cancels are rare.
 */
final class MessageReader {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private final byte[] bytes;
  private int at;
  private int end; // of the message that is being read
  private boolean unusual;

  MessageReader(byte[] bytes) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Whether all of it was read, and was as usual. */
  boolean isAllRead() {
    return !unusual && at == bytes.length;
  }

  /** What comes next must be as usual. */
  void expect(boolean usual) {
    unusual |= !usual;
  }

  /** The number in {@code field}, 0 if it is not there. */
  long number(int field) {
    return isNext(field, VARINT) ? varint() : 0;
  }

  /**
   * The text in {@code field}, empty if it is not there. Of more than {@code most} it is unusual.
   */
  String text(int field, int most) {
    int length = lengthOfText(field, most);
    if (length == 0) {
      return "";
    }
    String text = new String(bytes, at, length, StandardCharsets.US_ASCII);
    at += length;
    return text;
  }

  /** As {@link #text}, for what comes again and again; null if it is not there. */
  @Nullable String name(int field, int most, KnownNames known) {
    int length = lengthOfText(field, most);
    if (length == 0) {
      return null;
    }
    String name = known.of(bytes, at, length);
    at += length;
    return name;
  }

  /** How long the text is that comes next; 0 if there is none, or an unusual one. */
  private int lengthOfText(int field, int most) {
    int length = lengthOf(field);
    if (length > most) {
      unusual = true;
    }
    if (length <= 0 || unusual) {
      return 0;
    }
    for (int i = at; i < at + length; i++) {
      if (bytes[i] < ' ' || bytes[i] == 0x7f) {
        unusual = true;
      }
    }
    return length;
  }

  /** The bytes in {@code field}, none if it is not there. */
  byte[] bytes(int field) {
    int length = lengthOf(field);
    byte[] value = new byte[Math.max(0, length)];
    System.arraycopy(bytes, at, value, 0, value.length);
    at += value.length;
    return value;
  }

  /**
   * Whether the message in {@code field} comes next; what is read until {@link #leave} is in it.
   * Returns what that needs, or -1.
   */
  int enter(int field) {
    int length = lengthOf(field);
    if (length < 0 || unusual) {
      return -1;
    }
    int around = end;
    end = at + length;
    return around;
  }

  /**
   * The message that was entered must have been read to its end.
   *
   * @param entered what {@link #enter} has returned
   */
  void leave(int entered) {
    unusual |= at != end;
    end = entered;
  }

  /** What is left of the message that is being read, and is still to be read; none if unusual. */
  byte[] rest() {
    return unusual ? new byte[0] : Arrays.copyOfRange(bytes, at, end);
  }

  /** Whether there is more of the message that is being read. */
  boolean hasMore() {
    return !unusual && at < end;
  }

  /** How many bytes are left of the message that is being read. */
  int left() {
    return end - at;
  }

  /** One of a packed list of fixed64, between {@link #enter} and {@link #leave}. */
  long fixed64() {
    if (end - at < Long.BYTES) {
      unusual = true;
      return 0;
    }
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value |= (bytes[at++] & 0xffL) << (Byte.SIZE * i);
    }
    return value;
  }

  /** Eight bytes of an id, which unlike protobuf's numbers is big-endian. */
  long idBits() {
    return Long.reverseBytes(fixed64());
  }

  /** How many bytes of {@code field} come next; -1 if it does not. */
  private int lengthOf(int field) {
    if (!isNext(field, LENGTH_DELIMITED)) {
      return -1;
    }
    long length = varint();
    if (unusual || length < 0 || length > end - at) {
      unusual = true;
      return -1;
    }
    return (int) length;
  }

  /** Takes the field's tag if it comes next. All of ours are of one byte. */
  private boolean isNext(int field, int type) {
    if (unusual || at == end || bytes[at] != (byte) (field << 3 | type)) {
      return false;
    }
    at++;
    return true;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && at < end; shift += 7) {
      byte next = bytes[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    unusual = true;
    return 0;
  }
}
