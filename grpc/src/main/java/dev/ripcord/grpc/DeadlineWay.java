package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ripcord.Cancellation;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.InheritedDeadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call's deadline was set, and whom it has passed since:
 *
 * <pre>
 *   edge, sets it ──► gateway ──► identity ──► db
 *   in the header:   -          edge         edge, gateway          before the caller
 * </pre>
 *
 * <p>So every node that it ends says the same origin, with the way down to itself, whether its own
 * clock was first or it was told. Read only when the deadline strikes, or the call is passed on.
 */
final class DeadlineWay {
  private final Cancellation.Hop caller;
  private final @Nullable Long callersContextId;
  private final @Nullable ByteString before; // an InheritedDeadline; null if the caller has set it

  /** Of a call from a caller that says who it is. */
  DeadlineWay(
      String callerService,
      String callerInstance,
      @Nullable Long callersContextId,
      @Nullable ByteString before) {
    this.caller = new Cancellation.Hop(callerService, callerInstance, Duration.ZERO);
    this.callersContextId = callersContextId;
    this.before = before;
  }

  /** {@code plain}, which has no origin, as {@code self} reports it. */
  Cancellation struck(Cancellation plain, Self self) {
    InheritedDeadline way = toCaller();
    Hop first = way.getPath(0);
    ByteString id = way.getContextId();
    Cancellation told =
        plain.withOrigin(
            new Cancellation.Origin(
                Text.bounded(first.getService(), Text.NAME_BYTES),
                Text.bounded(first.getInstance(), Text.NAME_BYTES),
                id.size() == ContextIds.BYTES ? ContextIds.toHex(ContextIds.of(id)) : "",
                ""));
    List<Cancellation.Hop> path = WireCancellation.pathOf(way.getPathList());
    return WireCancellation.withHop(self, told.withPath(path), Duration.ZERO);
  }

  /**
   * For the header of a call that is given this deadline in turn: at most {@code room} bytes, null
   * if not even the first fits.
   */
  @Nullable ByteString handedOn(int room) {
    InheritedDeadline way = toCaller();
    while (way.getSerializedSize() > room && way.getPathCount() > 1) {
      way = withoutOne(way);
    }
    return way.getSerializedSize() > room ? null : way.toByteString();
  }

  /** From who has set it to our caller. */
  private InheritedDeadline toCaller() {
    InheritedDeadline known = parse(before);
    InheritedDeadline.Builder way = InheritedDeadline.newBuilder();
    if (known != null && known.getPathCount() > 0) {
      way.mergeFrom(known);
    } else if (callersContextId != null) {
      way.setContextId(ContextIds.toBytes(callersContextId));
    }
    way.addPath(Hop.newBuilder().setService(caller.service()).setInstance(caller.instance()));
    InheritedDeadline toCaller = way.build();
    while (toCaller.getPathCount() >= WireCancellation.MAX_HOPS) {
      toCaller = withoutOne(toCaller);
    }
    return toCaller;
  }

  /** Neither the first nor, while there are others, the last. */
  private static InheritedDeadline withoutOne(InheritedDeadline way) {
    List<Hop> fewer = new ArrayList<>(way.getPathList());
    fewer.remove(fewer.size() == 2 ? 1 : fewer.size() / 2);
    return way.toBuilder().clearPath().addAllPath(fewer).build();
  }

  private static @Nullable InheritedDeadline parse(@Nullable ByteString bytes) {
    try {
      return bytes == null ? null : InheritedDeadline.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }
}
