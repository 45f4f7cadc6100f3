package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ripcord.proto.v1.CallContext;
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
 */
record CallerIdentity(
    RequestId requestId,
    long contextId,
    @Nullable Long parentContextId,
    int depth,
    @Nullable String service,
    @Nullable String instance) {

  /** That of a call from outside every tree. */
  static CallerIdentity unknown(RequestId requestId) {
    return new CallerIdentity(requestId, ContextIds.next(), null, 0, null, null);
  }

  byte[] toBytes() {
    CallContext.Builder message =
        CallContext.newBuilder()
            .setRequestId(ByteString.copyFrom(requestId.toBytes()))
            .setContextId(ContextIds.toBytes(contextId))
            .setDepth(depth);
    if (parentContextId != null) {
      message.setParentContextId(ContextIds.toBytes(parentContextId));
    }
    if (service != null) {
      message.setService(service);
    }
    if (instance != null) {
      message.setInstance(instance);
    }
    return message.build().toByteArray();
  }

  /** Null if {@code bytes} are not what {@link #toBytes()} writes. */
  static @Nullable CallerIdentity parse(byte[] bytes) {
    if (bytes.length > Limits.identityBytes()) {
      return null;
    }
    try {
      return of(CallContext.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static @Nullable CallerIdentity of(CallContext message) {
    int parentLength = message.getParentContextId().size();
    if (message.getRequestId().size() != RequestId.BYTES
        || message.getContextId().size() != ContextIds.BYTES
        || (parentLength != 0 && parentLength != ContextIds.BYTES)) {
      return null;
    }
    return new CallerIdentity(
        RequestId.of(message.getRequestId().toByteArray()),
        ContextIds.of(message.getContextId()),
        parentLength == 0 ? null : ContextIds.of(message.getParentContextId()),
        // Unsigned on the wire.
        message.getDepth() < 0 ? Integer.MAX_VALUE : message.getDepth(),
        nameOrNull(message.getService()),
        nameOrNull(message.getInstance()));
  }

  private static @Nullable String nameOrNull(String name) {
    return name.isEmpty() ? null : Text.bounded(name, Text.NAME_BYTES);
  }
}
