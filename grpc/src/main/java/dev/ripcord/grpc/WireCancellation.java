package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cancellation as it travels: at most 1 KiB, with bounded and printable text. What is too much is
 * left out in this order: details, hops from the middle, the message's end.
 */
final class WireCancellation {
  static final int MAX_BYTES = 1024;
  static final int MAX_HOPS = 16;

  private static final int MESSAGE_BYTES = 256;
  private static final int MAX_DETAILS = 8;
  private static final int DETAIL_KEY_BYTES = 32;
  private static final int DETAIL_BYTES = 64;

  private WireCancellation() {}

  static dev.ripcord.proto.v1.Cancellation toProto(Cancellation from) {
    dev.ripcord.proto.v1.Cancellation.Builder to = dev.ripcord.proto.v1.Cancellation.newBuilder();
    to.setKind(
        from.kind() == Cancellation.Kind.CANCELED
            ? dev.ripcord.proto.v1.Cancellation.Kind.CANCELED
            : dev.ripcord.proto.v1.Cancellation.Kind.DEADLINE_EXCEEDED);
    to.setReason(toProto(from.reason()));
    Cancellation.Origin origin = from.origin();
    if (origin != null) {
      to.setOrigin(toProto(origin));
    }
    to.setAt(toProto(from.at()));
    if (from.kind() == Cancellation.Kind.DEADLINE_EXCEEDED) {
      // A deadline ends its context at the instant it was set to.
      to.setDeadline(toProto(from.at()));
    }
    int skip = Math.max(0, from.path().size() - MAX_HOPS);
    from.path().stream().skip(skip).map(WireCancellation::toProto).forEach(to::addPath);
    return shrink(to);
  }

  private static dev.ripcord.proto.v1.Reason toProto(Reason from) {
    dev.ripcord.proto.v1.Reason.Builder to =
        dev.ripcord.proto.v1.Reason.newBuilder()
            .setCode(from.code())
            .setMessage(Text.bounded(from.message(), MESSAGE_BYTES));
    from.details().entrySet().stream()
        .limit(MAX_DETAILS)
        .forEach(
            detail ->
                to.putDetails(
                    Text.bounded(detail.getKey(), DETAIL_KEY_BYTES),
                    Text.bounded(detail.getValue(), DETAIL_BYTES)));
    return to.build();
  }

  private static Origin toProto(Cancellation.Origin from) {
    Origin.Builder to =
        Origin.newBuilder()
            .setService(name(from.service()))
            .setInstance(name(from.instance()))
            .setPrincipal(name(from.principal()));
    byte[] contextId = contextIdOrEmpty(from.contextId());
    return to.setContextId(ByteString.copyFrom(contextId)).build();
  }

  private static byte[] contextIdOrEmpty(String hex) {
    try {
      return hex.length() == 2 * ContextIds.BYTES ? HexFormat.of().parseHex(hex) : new byte[0];
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** {@code why} as it leaves this process, which is the last hop of its path. */
  static Cancellation passedOnBy(Self self, Cancellation why) {
    List<Cancellation.Hop> path = why.path();
    return !path.isEmpty() && self.is(path.get(path.size() - 1))
        ? why
        : withHop(self, why, why.age());
  }

  /** {@code why} as it comes from a process that has told nothing but that it ends. */
  static Cancellation by(Cancellation.Origin origin, Cancellation why) {
    return withHop(
        new Self(origin.service(), origin.instance()),
        why.withOrigin(origin),
        java.time.Duration.ZERO);
  }

  /** With one hop more; of too many, those in the middle are left out. */
  static Cancellation withHop(Self self, Cancellation why, java.time.Duration age) {
    List<Cancellation.Hop> path = new ArrayList<>(why.path());
    while (path.size() >= MAX_HOPS) {
      path.remove(path.size() / 2);
    }
    path.add(new Cancellation.Hop(self.service(), self.instance(), age));
    return why.withPath(path);
  }

  private static Hop toProto(Cancellation.Hop from) {
    return Hop.newBuilder()
        .setService(name(from.service()))
        .setInstance(name(from.instance()))
        .setAge(toProto(from.age()))
        .build();
  }

  static Duration toProto(java.time.Duration from) {
    return Duration.newBuilder().setSeconds(from.getSeconds()).setNanos(from.getNano()).build();
  }

  static Timestamp toProto(Instant from) {
    return Timestamp.newBuilder()
        .setSeconds(from.getEpochSecond())
        .setNanos(from.getNano())
        .build();
  }

  private static dev.ripcord.proto.v1.Cancellation shrink(
      dev.ripcord.proto.v1.Cancellation.Builder message) {
    dev.ripcord.proto.v1.Cancellation built = message.build();
    if (built.getSerializedSize() > MAX_BYTES) {
      message.getReasonBuilder().clearDetails();
      built = message.build();
    }
    while (built.getSerializedSize() > MAX_BYTES && message.getPathCount() > 0) {
      message.removePath(message.getPathCount() / 2);
      built = message.build();
    }
    return built;
  }

  /** What a peer says; null if it makes no sense. The cause stays with the peer. */
  static @Nullable Cancellation fromProto(dev.ripcord.proto.v1.Cancellation from) {
    if (from.getSerializedSize() > MAX_BYTES || !Reason.isCode(from.getReason().getCode())) {
      return null;
    }
    Reason reason = reasonOf(from.getReason());
    Cancellation to =
        switch (from.getKind()) {
          case CANCELED -> Cancellation.canceled(reason, null);
          case DEADLINE_EXCEEDED -> Cancellation.deadlineExceeded(reason);
          default -> null;
        };
    if (to == null) {
      return null;
    }
    if (from.hasOrigin()) {
      to = to.withOrigin(originOf(from.getOrigin()));
    }
    Instant at = instantOf(from.getAt());
    return (at == null || !from.hasAt() ? to : to.withAt(at)).withPath(pathOf(from.getPathList()));
  }

  static Reason reasonOf(dev.ripcord.proto.v1.Reason from) {
    Reason reason = Reason.of(from.getCode(), Text.bounded(from.getMessage(), MESSAGE_BYTES));
    int left = MAX_DETAILS;
    for (Map.Entry<String, String> detail : from.getDetailsMap().entrySet()) {
      if (left-- == 0) {
        break;
      }
      reason =
          reason.withDetail(
              Text.bounded(detail.getKey(), DETAIL_KEY_BYTES),
              Text.bounded(detail.getValue(), DETAIL_BYTES));
    }
    return reason;
  }

  private static Cancellation.Origin originOf(Origin from) {
    ByteString id = from.getContextId();
    String contextId = id.size() == ContextIds.BYTES ? ContextIds.toHex(ContextIds.of(id)) : "";
    return new Cancellation.Origin(
        name(from.getService()), name(from.getInstance()), contextId, name(from.getPrincipal()));
  }

  static List<Cancellation.Hop> pathOf(List<Hop> from) {
    List<Cancellation.Hop> to = new ArrayList<>();
    for (Hop hop : from.subList(0, Math.min(MAX_HOPS, from.size()))) {
      to.add(
          new Cancellation.Hop(
              name(hop.getService()), name(hop.getInstance()), durationOf(hop.getAge())));
    }
    return to;
  }

  private static java.time.Duration durationOf(Duration from) {
    try {
      return java.time.Duration.ofSeconds(from.getSeconds(), from.getNanos());
    } catch (ArithmeticException e) {
      return java.time.Duration.ZERO;
    }
  }

  private static @Nullable Instant instantOf(Timestamp from) {
    try {
      return Instant.ofEpochSecond(from.getSeconds(), from.getNanos());
    } catch (java.time.DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private static String name(String text) {
    return Text.bounded(text, Text.NAME_BYTES);
  }
}
