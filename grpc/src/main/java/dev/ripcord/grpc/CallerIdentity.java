package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.ripcord.proto.v1.CallContext;
import dev.ripcord.proto.v1.InheritedDeadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the header {@code ripcord-bin} says.
 *
 * @param requestId names the tree
 * @param contextId names this call's context
 * @param parentContextId names the caller's own, null at the edge
 * @param depth hops from the edge
 * @param service who calls, if known
 * @param instance which of them calls, if known
 * @param deadline an {@link InheritedDeadline}, unread; null unless the caller has its deadline
 *     from its own caller
 */
record CallerIdentity(
    RequestId requestId,
    long contextId,
    @Nullable Long parentContextId,
    int depth,
    @Nullable String service,
    @Nullable String instance,
    @Nullable ByteString deadline) {
  // Tags on the wire: field and type.
  private static final int BYTES = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int REQUEST_ID = CallContext.REQUEST_ID_FIELD_NUMBER << 3 | BYTES;
  private static final int CONTEXT_ID = CallContext.CONTEXT_ID_FIELD_NUMBER << 3 | BYTES;
  private static final int PARENT_CONTEXT_ID =
      CallContext.PARENT_CONTEXT_ID_FIELD_NUMBER << 3 | BYTES;
  private static final int DEPTH = CallContext.DEPTH_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int SERVICE = CallContext.SERVICE_FIELD_NUMBER << 3 | BYTES;
  private static final int INSTANCE = CallContext.INSTANCE_FIELD_NUMBER << 3 | BYTES;
  private static final int DEADLINE = CallContext.DEADLINE_FIELD_NUMBER << 3 | BYTES;

  private static final KnownNames NAMES = new KnownNames();

  /** That of a call from outside every tree. */
  static CallerIdentity unknown(RequestId requestId) {
    return new CallerIdentity(requestId, ContextIds.next(), null, 0, null, null, null);
  }

  // Once a call and hop: written and read field by field, since a message with its builder would be
  // most of what a call costs here. WireFormsTest compares with the generated code.

  /** How long an inherited deadline's way may be in a call of {@code self}'s, whatever its ids. */
  static int roomForDeadline(Self self) {
    int depth = CodedOutputStream.computeUInt32Size(CallContext.DEPTH_FIELD_NUMBER, -1);
    int ids = 2 + RequestId.BYTES + 2 * (2 + ContextIds.BYTES);
    int names =
        CodedOutputStream.computeStringSize(CallContext.SERVICE_FIELD_NUMBER, self.service())
            + CodedOutputStream.computeStringSize(
                CallContext.INSTANCE_FIELD_NUMBER, self.instance());
    int tagAndLength = 3;
    return Limits.identityBytes() - ids - depth - names - tagAndLength;
  }

  /** As a {@link CallContext}. */
  byte[] toBytes() {
    return bytes(requestId, contextId, parentContextId, depth, names(service, instance), deadline);
  }

  /**
   * One with these components as a {@link CallContext}.
   *
   * @param names what {@link #names} has returned
   */
  static byte[] bytes(
      RequestId requestId,
      long contextId,
      @Nullable Long parentContextId,
      int depth,
      byte[] names,
      @Nullable ByteString deadline) {
    int size = 2 + RequestId.BYTES + 2 + ContextIds.BYTES + names.length;
    if (parentContextId != null) {
      size += 2 + ContextIds.BYTES;
    }
    if (depth != 0) {
      size += 1 + CodedOutputStream.computeUInt32SizeNoTag(depth);
    }
    if (deadline != null) {
      size += 1 + CodedOutputStream.computeBytesSizeNoTag(deadline);
    }
    // Ids are big-endian, so that they are read as they are shown; protobuf's own are not.
    ByteBuffer out = ByteBuffer.allocate(size);
    out.put((byte) REQUEST_ID).put((byte) RequestId.BYTES);
    out.putLong(requestId.high()).putLong(requestId.low());
    out.put((byte) CONTEXT_ID).put((byte) ContextIds.BYTES).putLong(contextId);
    if (parentContextId != null) {
      out.put((byte) PARENT_CONTEXT_ID).put((byte) ContextIds.BYTES).putLong(parentContextId);
    }
    if (depth != 0) {
      putVarint(out.put((byte) DEPTH), depth);
    }
    out.put(names);
    if (deadline != null) {
      putVarint(out.put((byte) DEADLINE), deadline.size());
      deadline.copyTo(out);
    }
    return out.array();
  }

  private static void putVarint(ByteBuffer out, int number) {
    int rest = number;
    while ((rest & ~0x7f) != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }

  /** Who calls, as it stands in the message; the same in all calls of a process. */
  static byte[] names(@Nullable String service, @Nullable String instance) {
    MessageBytes names = new MessageBytes(2 * Text.NAME_BYTES);
    if (service != null) {
      names.text(CallContext.SERVICE_FIELD_NUMBER, service);
    }
    if (instance != null) {
      names.text(CallContext.INSTANCE_FIELD_NUMBER, instance);
    }
    return names.toBytes();
  }

  /** Null if {@code bytes} are not what {@link #toBytes()} writes. */
  static @Nullable CallerIdentity parse(byte[] bytes) {
    if (bytes.length > Limits.identityBytes()) {
      return null;
    }
    CallerIdentity usual = readUsual(new MessageReader(bytes));
    try {
      return usual == null ? read(CodedInputStream.newInstance(bytes)) : usual;
    } catch (IOException malformed) {
      return null;
    }
  }

  /** Null if it is not as {@link #toBytes()} writes it. */
  private static @Nullable CallerIdentity readUsual(MessageReader in) {
    int entered = in.enter(CallContext.REQUEST_ID_FIELD_NUMBER);
    if (entered < 0) {
      return null;
    }
    RequestId requestId = new RequestId(in.idBits(), in.idBits());
    in.leave(entered);
    entered = in.enter(CallContext.CONTEXT_ID_FIELD_NUMBER);
    if (entered < 0) {
      return null;
    }
    long contextId = in.idBits();
    in.leave(entered);
    Long parentContextId = null;
    entered = in.enter(CallContext.PARENT_CONTEXT_ID_FIELD_NUMBER);
    if (entered >= 0) {
      parentContextId = in.idBits();
      in.leave(entered);
    }
    int depth = (int) in.number(CallContext.DEPTH_FIELD_NUMBER);
    String service = in.name(CallContext.SERVICE_FIELD_NUMBER, Text.NAME_BYTES, NAMES);
    String instance = in.name(CallContext.INSTANCE_FIELD_NUMBER, Text.NAME_BYTES, NAMES);
    ByteString deadline =
        in.hasMore()
            ? UnsafeByteOperations.unsafeWrap(in.bytes(CallContext.DEADLINE_FIELD_NUMBER))
            : null;
    return in.isAllRead()
        ? new CallerIdentity(
            requestId, contextId, parentContextId, hops(depth), service, instance, deadline)
        : null;
  }

  /** Unsigned on the wire. */
  private static int hops(int depth) {
    return depth < 0 ? Integer.MAX_VALUE : depth;
  }

  private static @Nullable CallerIdentity read(CodedInputStream in) throws IOException {
    RequestId requestId = null;
    Long contextId = null;
    Long parentContextId = null;
    int depth = 0;
    String service = null;
    String instance = null;
    ByteString deadline = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case REQUEST_ID -> requestId = readRequestId(in);
        case CONTEXT_ID -> contextId = readId(in);
        case PARENT_CONTEXT_ID -> parentContextId = readId(in);
        case DEPTH -> depth = in.readUInt32();
        case SERVICE -> service = nameOrNull(in.readStringRequireUtf8());
        case INSTANCE -> instance = nameOrNull(in.readStringRequireUtf8());
        case DEADLINE -> deadline = in.readBytes();
        default -> in.skipField(tag);
      }
    }
    if (requestId == null || contextId == null) {
      return null;
    }
    return new CallerIdentity(
        requestId, contextId, parentContextId, hops(depth), service, instance, deadline);
  }

  private static RequestId readRequestId(CodedInputStream in) throws IOException {
    check(in.readUInt32(), RequestId.BYTES);
    return new RequestId(readBits(in), readBits(in));
  }

  /** Null if it is empty. */
  private static @Nullable Long readId(CodedInputStream in) throws IOException {
    int length = in.readUInt32();
    if (length == 0) {
      return null;
    }
    check(length, ContextIds.BYTES);
    return readBits(in);
  }

  private static void check(int length, int expected) throws IOException {
    if (length != expected) {
      throw new IOException("an id of " + length + " bytes, not " + expected);
    }
  }

  private static long readBits(CodedInputStream in) throws IOException {
    return Long.reverseBytes(in.readFixed64());
  }

  private static @Nullable String nameOrNull(String name) {
    return name.isEmpty() ? null : Text.bounded(name, Text.NAME_BYTES);
  }
}
