package dev.ripcord.client.cli;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.Origin;
import java.time.Duration;
import java.util.Locale;

/** What processes report, in words for people. All text of theirs is made safe to print. */
final class Words {
  private static final Duration MILLIS_UP_TO = Duration.ofSeconds(1);
  private static final Duration SECONDS_UP_TO = Duration.ofMinutes(2);
  private static final Duration MINUTES_UP_TO = Duration.ofHours(2);
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double MILLIS_PER_SECOND = 1e3;

  private Words() {}

  /** {@code 12 ms}, {@code 3.4 s}, {@code 5 min}, {@code 7 h}. */
  static String time(Duration duration) {
    Duration d = duration.abs();
    String sign = duration.isNegative() ? "-" : "";
    if (d.compareTo(MILLIS_UP_TO) < 0) {
      double millis = d.toNanos() / NANOS_PER_MILLI;
      return sign + String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
    }
    if (d.compareTo(SECONDS_UP_TO) < 0) {
      return sign + String.format(Locale.ROOT, "%.1f s", d.toMillis() / MILLIS_PER_SECOND);
    }
    return sign + (d.compareTo(MINUTES_UP_TO) < 0 ? d.toMinutes() + " min" : d.toHours() + " h");
  }

  static Duration duration(com.google.protobuf.Duration from) {
    return Duration.ofSeconds(from.getSeconds(), from.getNanos());
  }

  /** {@code Gateway/Overview} of {@code ripcord.services.gateway.v1.Gateway/Overview}. */
  static String method(Node node) {
    String method = safe(node.getMethod());
    return method.substring(method.lastIndexOf('.', method.lastIndexOf('/')) + 1);
  }

  static String process(Node node) {
    return safe(node.getService()) + "/" + safe(node.getInstance());
  }

  /** {@code ADMIN "too heavy" by alice at gateway/1: gateway/1 -> identity/2}. */
  static String why(Cancellation why, String arrow) {
    StringBuilder text = new StringBuilder(safe(why.getReason().getCode()));
    if (!why.getReason().getMessage().isEmpty()) {
      text.append(" \"").append(safe(why.getReason().getMessage())).append('"');
    }
    if (why.hasOrigin()) {
      text.append(" by ").append(origin(why.getOrigin()));
    }
    String before = ": ";
    for (Hop hop : why.getPathList()) {
      text.append(before).append(safe(hop.getService())).append('/');
      text.append(safe(hop.getInstance()));
      before = arrow;
    }
    return text.toString();
  }

  private static String origin(Origin origin) {
    String where = safe(origin.getService()) + "/" + safe(origin.getInstance());
    return origin.getPrincipal().isEmpty() ? where : safe(origin.getPrincipal()) + " at " + where;
  }

  static String hex(ByteString id) {
    return MessageJson.hex(id);
  }

  /** Without anything that could move a cursor. */
  static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(isPrintable(c) ? c : '?'));
    return safe.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
