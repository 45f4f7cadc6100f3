package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A cancellation as it travels: at most 1 KiB, with bounded and printable text. What is too much is
 * left out in this order: details, hops from the middle, the message's end.
 */
final class WireCancellation {
  static final int MAX_BYTES = 1024;
  static final int MAX_HOPS = 16;

  private static final int MESSAGE_BYTES = 256;
  private static final int HOP_BYTES = 64; // of most
  private static final int MAX_DETAILS = 8;
  private static final int DETAIL_KEY_BYTES = 32;
  private static final int DETAIL_BYTES = 64;
  private static final long LAST_SECOND = 253_402_300_800L; // that a Timestamp may have, and one
  private static final long NANOS = 1_000_000_000;

  private WireCancellation() {}

  static dev.ripcord.proto.v1.Cancellation toProto(Cancellation from) {
    try {
      return dev.ripcord.proto.v1.Cancellation.parseFrom(toBytes(from));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("toBytes writes something else", e);
    }
  }

  /** As a {@link dev.ripcord.proto.v1.Cancellation}. */
  static byte[] toBytes(Cancellation from) {
    int skip = Math.max(0, from.path().size() - MAX_HOPS);
    List<Cancellation.Hop> path = from.path().subList(skip, from.path().size());
    MessageBytes all = write(from, from.reason().details(), path);
    if (all.length() > MAX_BYTES) {
      all = write(from, Map.of(), path);
    }
    while (all.length() > MAX_BYTES && !path.isEmpty()) {
      path = new ArrayList<>(path);
      path.remove(path.size() / 2);
      all = write(from, Map.of(), path);
    }
    return all.toBytes();
  }

  /**
   * What {@link #toBytes} makes of {@code why}, which has come as {@code said}: the same with one
   * hop more. Null where there is more to it.
   */
  static byte @Nullable [] onward(CancelMessage said, Cancellation why) {
    byte[] written = said.written();
    List<Cancellation.Hop> path = why.path();
    if (written == null
        || why.origin() == null
        || why.kind() != Cancellation.Kind.CANCELED // the deadline comes after the path
        || path.size() != said.told().path().size() + 1) {
      return null;
    }
    MessageBytes to = new MessageBytes(written.length + HOP_BYTES);
    to.raw(written);
    write(path.get(path.size() - 1), to);
    return to.length() > MAX_BYTES ? null : to.toBytes();
  }

  private static MessageBytes write(
      Cancellation from, Map<String, String> details, List<Cancellation.Hop> path) {
    MessageBytes to = new MessageBytes(MAX_BYTES / 2);
    boolean deadline = from.kind() == Cancellation.Kind.DEADLINE_EXCEEDED;
    to.number(
        dev.ripcord.proto.v1.Cancellation.KIND_FIELD_NUMBER,
        deadline
            ? dev.ripcord.proto.v1.Cancellation.Kind.DEADLINE_EXCEEDED_VALUE
            : dev.ripcord.proto.v1.Cancellation.Kind.CANCELED_VALUE);
    write(from.reason(), details, to);
    Cancellation.Origin origin = from.origin();
    if (origin != null) {
      write(origin, to);
    }
    Instant at = from.at();
    time(dev.ripcord.proto.v1.Cancellation.AT_FIELD_NUMBER, at.getEpochSecond(), at.getNano(), to);
    for (Cancellation.Hop hop : path) {
      write(hop, to);
    }
    if (deadline) {
      // A deadline ends its context at the instant it was set to.
      time(
          dev.ripcord.proto.v1.Cancellation.DEADLINE_FIELD_NUMBER,
          at.getEpochSecond(),
          at.getNano(),
          to);
    }
    return to;
  }

  private static void write(Reason from, Map<String, String> details, MessageBytes to) {
    int reason = to.begin(dev.ripcord.proto.v1.Cancellation.REASON_FIELD_NUMBER);
    to.text(dev.ripcord.proto.v1.Reason.CODE_FIELD_NUMBER, from.code());
    to.text(
        dev.ripcord.proto.v1.Reason.MESSAGE_FIELD_NUMBER,
        Text.bounded(from.message(), MESSAGE_BYTES));
    int left = MAX_DETAILS;
    for (Map.Entry<String, String> detail : details.entrySet()) {
      if (left-- == 0) {
        break;
      }
      // An entry of a map is a message with the key as field 1 and the value as field 2.
      int entry = to.begin(dev.ripcord.proto.v1.Reason.DETAILS_FIELD_NUMBER);
      to.text(1, Text.bounded(detail.getKey(), DETAIL_KEY_BYTES));
      to.text(2, Text.bounded(detail.getValue(), DETAIL_BYTES));
      to.end(entry);
    }
    to.end(reason);
  }

  private static void write(Cancellation.Origin from, MessageBytes to) {
    int origin = to.begin(dev.ripcord.proto.v1.Cancellation.ORIGIN_FIELD_NUMBER);
    to.text(Origin.SERVICE_FIELD_NUMBER, name(from.service()));
    to.text(Origin.INSTANCE_FIELD_NUMBER, name(from.instance()));
    to.bytes(Origin.CONTEXT_ID_FIELD_NUMBER, contextIdOrEmpty(from.contextId()));
    to.text(Origin.PRINCIPAL_FIELD_NUMBER, name(from.principal()));
    to.end(origin);
  }

  private static void write(Cancellation.Hop from, MessageBytes to) {
    int hop = to.begin(dev.ripcord.proto.v1.Cancellation.PATH_FIELD_NUMBER);
    to.text(Hop.SERVICE_FIELD_NUMBER, name(from.service()));
    to.text(Hop.INSTANCE_FIELD_NUMBER, name(from.instance()));
    time(Hop.AGE_FIELD_NUMBER, from.age().toSeconds(), from.age().toNanosPart(), to);
    to.end(hop);
  }

  /** A Timestamp or a Duration. */
  private static void time(int field, long seconds, int nanos, MessageBytes to) {
    int time = to.begin(field);
    to.number(Timestamp.SECONDS_FIELD_NUMBER, seconds);
    to.number(Timestamp.NANOS_FIELD_NUMBER, nanos);
    to.end(time);
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
        new Self(origin.service(), origin.instance()), why.withOrigin(origin), Duration.ZERO);
  }

  /**
   * Whether they are one, but for when it ended the contexts that they are of: a context with a
   * deadline has a copy of its own, for the sake of that.
   */
  static boolean isSame(Cancellation a, Cancellation b) {
    return a == b
        || (!a.path().isEmpty()
            && a.path() == b.path()
            && a.reason().equals(b.reason())
            && Objects.equals(a.origin(), b.origin())
            && a.kind() == b.kind());
  }

  /** With one hop more; of too many, those in the middle are left out. */
  static Cancellation withHop(Self self, Cancellation why, Duration age) {
    List<Cancellation.Hop> path = new ArrayList<>(why.path());
    while (path.size() >= MAX_HOPS) {
      path.remove(path.size() / 2);
    }
    path.add(new Cancellation.Hop(self.service(), self.instance(), age));
    return why.withPath(path);
  }

  static com.google.protobuf.Duration toProto(Duration from) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(from.getSeconds())
        .setNanos(from.getNano())
        .build();
  }

  static Timestamp toProto(Instant from) {
    return Timestamp.newBuilder()
        .setSeconds(from.getEpochSecond())
        .setNanos(from.getNano())
        .build();
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

  /**
   * The same of one that has the usual form: without details, and within all bounds. Null, or
   * {@code from} finds it unusual, if it has another.
   */
  static @Nullable Cancellation read(MessageReader from) {
    from.expect(from.left() <= MAX_BYTES);
    long kind = from.number(dev.ripcord.proto.v1.Cancellation.KIND_FIELD_NUMBER);
    Reason reason = readReason(from);
    if (reason == null) {
      return null;
    }
    Cancellation to;
    if (kind == dev.ripcord.proto.v1.Cancellation.Kind.CANCELED_VALUE) {
      to = Cancellation.canceled(reason, null);
    } else if (kind == dev.ripcord.proto.v1.Cancellation.Kind.DEADLINE_EXCEEDED_VALUE) {
      to = Cancellation.deadlineExceeded(reason);
    } else {
      return null;
    }
    Cancellation.Origin origin = readOrigin(from);
    if (origin != null) {
      to = to.withOrigin(origin);
    }
    int time = from.enter(dev.ripcord.proto.v1.Cancellation.AT_FIELD_NUMBER);
    from.expect(time >= 0);
    if (time >= 0) {
      Duration at = readTime(from);
      from.leave(time);
      to = to.withAt(Instant.ofEpochSecond(at.getSeconds(), at.getNano()));
    }
    to = to.withPath(readPath(from));
    int deadline = from.enter(dev.ripcord.proto.v1.Cancellation.DEADLINE_FIELD_NUMBER);
    if (deadline >= 0) {
      readTime(from);
      from.leave(deadline);
    }
    return to;
  }

  private static @Nullable Reason readReason(MessageReader from) {
    int reason = from.enter(dev.ripcord.proto.v1.Cancellation.REASON_FIELD_NUMBER);
    if (reason < 0) {
      return null;
    }
    String code = from.text(dev.ripcord.proto.v1.Reason.CODE_FIELD_NUMBER, Text.NAME_BYTES);
    String message = from.text(dev.ripcord.proto.v1.Reason.MESSAGE_FIELD_NUMBER, MESSAGE_BYTES);
    from.leave(reason);
    return Reason.isCode(code) ? Reason.of(code, message) : null;
  }

  private static Cancellation.@Nullable Origin readOrigin(MessageReader from) {
    int origin = from.enter(dev.ripcord.proto.v1.Cancellation.ORIGIN_FIELD_NUMBER);
    if (origin < 0) {
      return null;
    }
    String service = from.text(Origin.SERVICE_FIELD_NUMBER, Text.NAME_BYTES);
    String instance = from.text(Origin.INSTANCE_FIELD_NUMBER, Text.NAME_BYTES);
    byte[] id = from.bytes(Origin.CONTEXT_ID_FIELD_NUMBER);
    String principal = from.text(Origin.PRINCIPAL_FIELD_NUMBER, Text.NAME_BYTES);
    from.leave(origin);
    String contextId = id.length == ContextIds.BYTES ? HexFormat.of().formatHex(id) : "";
    return new Cancellation.Origin(service, instance, contextId, principal);
  }

  private static List<Cancellation.Hop> readPath(MessageReader from) {
    List<Cancellation.Hop> path = new ArrayList<>();
    int hop = from.enter(dev.ripcord.proto.v1.Cancellation.PATH_FIELD_NUMBER);
    while (hop >= 0) {
      String service = from.text(Hop.SERVICE_FIELD_NUMBER, Text.NAME_BYTES);
      String instance = from.text(Hop.INSTANCE_FIELD_NUMBER, Text.NAME_BYTES);
      int age = from.enter(Hop.AGE_FIELD_NUMBER);
      Duration time = age < 0 ? Duration.ZERO : readTime(from);
      if (age >= 0) {
        from.leave(age);
      }
      from.leave(hop);
      path.add(new Cancellation.Hop(service, instance, time));
      from.expect(path.size() <= MAX_HOPS);
      hop = from.enter(dev.ripcord.proto.v1.Cancellation.PATH_FIELD_NUMBER);
    }
    return path;
  }

  /** Of a Timestamp or a Duration, in the range of both. */
  private static Duration readTime(MessageReader from) {
    long seconds = from.number(Timestamp.SECONDS_FIELD_NUMBER);
    long nanos = from.number(Timestamp.NANOS_FIELD_NUMBER);
    boolean usual = seconds >= 0 && seconds < LAST_SECOND && nanos >= 0 && nanos < NANOS;
    from.expect(usual);
    return usual ? Duration.ofSeconds(seconds, nanos) : Duration.ZERO;
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

  private static Duration durationOf(com.google.protobuf.Duration from) {
    try {
      return Duration.ofSeconds(from.getSeconds(), from.getNanos());
    } catch (ArithmeticException e) {
      return Duration.ZERO;
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
