package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.ripcord.proto.v1.CallContext;
import dev.ripcord.proto.v1.InheritedDeadline;
import java.io.IOException;
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
    byte[] bytes = new byte[size()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new AssertionError("size() is wrong for " + this, e);
    }
    out.checkNoSpaceLeft();
    return bytes;
  }

  private int size() {
    int size = 2 + RequestId.BYTES + 2 + ContextIds.BYTES;
    if (parentContextId != null) {
      size += 2 + ContextIds.BYTES;
    }
    if (depth != 0) {
      size += CodedOutputStream.computeUInt32Size(CallContext.DEPTH_FIELD_NUMBER, depth);
    }
    if (service != null) {
      size += CodedOutputStream.computeStringSize(CallContext.SERVICE_FIELD_NUMBER, service);
    }
    if (instance != null) {
      size += CodedOutputStream.computeStringSize(CallContext.INSTANCE_FIELD_NUMBER, instance);
    }
    if (deadline != null) {
      size += CodedOutputStream.computeBytesSize(CallContext.DEADLINE_FIELD_NUMBER, deadline);
    }
    return size;
  }

  private void writeTo(CodedOutputStream out) throws IOException {
    out.writeTag(CallContext.REQUEST_ID_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(RequestId.BYTES);
    writeBits(out, requestId.high());
    writeBits(out, requestId.low());
    writeId(out, CallContext.CONTEXT_ID_FIELD_NUMBER, contextId);
    if (parentContextId != null) {
      writeId(out, CallContext.PARENT_CONTEXT_ID_FIELD_NUMBER, parentContextId);
    }
    if (depth != 0) {
      out.writeUInt32(CallContext.DEPTH_FIELD_NUMBER, depth);
    }
    if (service != null) {
      out.writeString(CallContext.SERVICE_FIELD_NUMBER, service);
    }
    if (instance != null) {
      out.writeString(CallContext.INSTANCE_FIELD_NUMBER, instance);
    }
    if (deadline != null) {
      out.writeBytes(CallContext.DEADLINE_FIELD_NUMBER, deadline);
    }
  }

  private static void writeId(CodedOutputStream out, int field, long id) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(ContextIds.BYTES);
    writeBits(out, id);
  }

  /** Ids are big-endian, so that they are read as they are shown; protobuf's own are not. */
  private static void writeBits(CodedOutputStream out, long bits) throws IOException {
    out.writeFixed64NoTag(Long.reverseBytes(bits));
  }

  /** Null if {@code bytes} are not what {@link #toBytes()} writes. */
  static @Nullable CallerIdentity parse(byte[] bytes) {
    if (bytes.length > Limits.identityBytes()) {
      return null;
    }
    try {
      return read(CodedInputStream.newInstance(bytes));
    } catch (IOException malformed) {
      return null;
    }
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
    // Unsigned on the wire.
    int hops = depth < 0 ? Integer.MAX_VALUE : depth;
    return new CallerIdentity(
        requestId, contextId, parentContextId, hops, service, instance, deadline);
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
