package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.FromCaller;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says when calls of its end.
 *
 * @param written what was told, as it came; null if it was not in the usual form
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and handed on once
record CancelMessage(List<Long> contextIds, Cancellation told, byte @Nullable [] written) {
  static final int MAX_IDS = 1024;

  /** Null if there are no calls or too many, or the cancellation makes no sense. */
  static @Nullable CancelMessage of(Cancel cancel) {
    int ids = cancel.getContextIdsCount();
    Cancellation told = WireCancellation.fromProto(cancel.getCancellation());
    return ids == 0 || ids > MAX_IDS || told == null
        ? null
        : new CancelMessage(cancel.getContextIdsList(), told, null);
  }

  /** A {@link FromCaller} that is a Cancel in the usual form; null if it is anything else. */
  static @Nullable CancelMessage read(byte[] message) {
    MessageReader from = new MessageReader(message);
    int cancel = from.enter(FromCaller.CANCEL_FIELD_NUMBER);
    from.expect(cancel >= 0);
    List<Long> contextIds = ids(from);
    int cancellation = from.enter(Cancel.CANCELLATION_FIELD_NUMBER);
    from.expect(cancellation >= 0);
    byte[] written = from.rest();
    Cancellation told = WireCancellation.read(from);
    from.leave(cancellation);
    from.leave(cancel);
    return told == null || contextIds.isEmpty() || !from.isAllRead()
        ? null
        : new CancelMessage(contextIds, told, written);
  }

  private static List<Long> ids(MessageReader from) {
    int packed = from.enter(Cancel.CONTEXT_IDS_FIELD_NUMBER);
    from.expect(packed >= 0);
    List<Long> ids = new ArrayList<>(1);
    while (from.hasMore()) {
      from.expect(ids.size() < MAX_IDS);
      ids.add(from.fixed64());
    }
    from.leave(packed);
    return ids;
  }
}
