package dev.ripcord.grpc;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a call, both ways: {@code ripcord-bin} with the ids, {@code ctx-*} with the
 * values.
 *
 * <p>What comes in is somebody else's: bounded, and what does not fit is dropped and counted. What
 * goes out is the caller's own: what does not fit is a mistake the caller is told about.
 */
final class ContextHeaders {
  /** Values of keys not declared here, on their way through. */
  private static final Key<List<Foreign>> PASSED_THROUGH = Key.local("ripcord.foreign");

  private static final byte[] PREFIX = ValueHeader.PREFIX.getBytes(StandardCharsets.US_ASCII);
  private static final RawHeader.Binary IDENTITY = new RawHeader.Binary("ripcord-bin");
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private static final class Foreign {
    final RawHeader header;
    final byte[] value;

    Foreign(RawHeader header, byte[] value) {
      this.header = header;
      this.value = value;
    }
  }

  private final Map<String, ValueHeader<?>> declared = new LinkedHashMap<>();
  private final Limits limits;
  private final Counters counters;

  ContextHeaders(List<Key<?>> keys, Limits limits, Counters counters) {
    this.limits = limits;
    this.counters = counters;
    for (Key<?> key : keys) {
      ValueHeader<?> header = ValueHeader.of(key);
      if (declared.putIfAbsent(header.name(), header) != null) {
        throw new IllegalArgumentException("two keys are named \"" + key + "\"");
      }
    }
  }

  // What comes in.

  /** Who calls, as far as it is said and believed. */
  CallerIdentity readCaller(Metadata headers) {
    CallerIdentity caller = limits.trustsPeers() ? readIdentity(headers) : null;
    if (caller == null && headers.containsKey(IDENTITY.key())) {
      counters.count(Event.IDS_DROPPED);
    }
    return caller == null ? CallerIdentity.unknown(requestIdOfTrace(headers)) : caller;
  }

  /**
   * What the caller calls this call, believed or not; something nobody knows if it does not say.
   */
  long nameGiven(Metadata headers) {
    CallerIdentity caller = readIdentity(headers);
    return caller == null ? ContextIds.next() : caller.contextId();
  }

  private static @Nullable CallerIdentity readIdentity(Metadata headers) {
    try {
      byte[] bytes = IDENTITY.read(headers);
      return bytes == null ? null : CallerIdentity.parse(bytes);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** A tree and its trace carry the same name. */
  private RequestId requestIdOfTrace(Metadata headers) {
    String traceparent = limits.trustsPeers() ? headers.get(TRACEPARENT) : null;
    RequestId traceId = traceparent == null ? null : TraceParent.traceId(traceparent);
    return traceId == null ? RequestId.random() : traceId;
  }

  /** A child of {@code context} with the values of a call. */
  Context readValues(Metadata headers, Context context) {
    if (!carryValues(headers)) {
      return context;
    }
    Budget budget = new Budget();
    byte[] identity = headers.get(IDENTITY.key());
    if (identity != null && identity.length <= Limits.identityBytes()) {
      budget.takesBytes(IDENTITY.wireLength(identity));
    }
    return readForeign(headers, readDeclared(headers, context, budget), budget);
  }

  /** One look at the names, however many keys are declared: most calls carry nothing. */
  private static boolean carryValues(Metadata headers) {
    // Metadata.keys() would decode every name of every call; nearly all are others'.
    Object[] namesAndValues = InternalMetadata.serializePartial(headers);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (isPrefixed((byte[]) namesAndValues[i])) {
        return true;
      }
    }
    return false;
  }

  private Context readDeclared(Metadata headers, Context context, Budget budget) {
    Context with = context;
    for (ValueHeader<?> header : declared.values()) {
      try {
        byte[] value = header.header().read(headers);
        if (value != null) {
          with =
              admit(header.header(), value, budget)
                  ? header.bind(with, value)
                  : dropped(with, Event.VALUES_DROPPED);
        }
      } catch (RuntimeException undecodable) {
        counters.count(Event.VALUES_DROPPED);
      }
    }
    return with;
  }

  private Context readForeign(Metadata headers, Context context, Budget budget) {
    List<String> names = foreignNames(headers);
    if (names.isEmpty()) {
      return context;
    }
    List<Foreign> foreign = new ArrayList<>(names.size());
    for (String name : names) {
      Foreign one = readForeign(headers, name, budget);
      if (one == null) {
        counters.count(Event.FOREIGN_VALUES_DROPPED);
      } else {
        foreign.add(one);
      }
    }
    return foreign.isEmpty() ? context : context.withValue(PASSED_THROUGH, List.copyOf(foreign));
  }

  /** Sorted, so that of too many the same are dropped every time. */
  private List<String> foreignNames(Metadata headers) {
    List<String> names = new ArrayList<>(0);
    // Metadata.keys() would decode every name of every call; nearly all are others'.
    Object[] namesAndValues = InternalMetadata.serializePartial(headers);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] bytes = (byte[]) namesAndValues[i];
      if (isPrefixed(bytes)) {
        String name = new String(bytes, StandardCharsets.US_ASCII);
        if (!declared.containsKey(name) && !names.contains(name)) {
          names.add(name);
        }
      }
    }
    Collections.sort(names);
    return names;
  }

  private static boolean isPrefixed(byte[] name) {
    return name.length >= PREFIX.length
        && Arrays.equals(name, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  private @Nullable Foreign readForeign(Metadata headers, String name, Budget budget) {
    try {
      RawHeader header =
          name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
              ? new RawHeader.Binary(name)
              : new RawHeader.OpaqueText(name);
      byte[] value = header.read(headers);
      return value != null && admit(header, value, budget) ? new Foreign(header, value) : null;
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  private boolean admit(RawHeader header, byte[] value, Budget budget) {
    // Undeclared text stays encoded, three characters for a byte at worst.
    int longest =
        header instanceof RawHeader.OpaqueText
            ? 3 * limits.maxValueBytes()
            : limits.maxValueBytes();
    return limits.trustsPeers() && value.length <= longest && budget.takes(header, value);
  }

  private Context dropped(Context context, Event event) {
    counters.count(event);
    return context;
  }

  // What goes out.

  /**
   * Puts into {@code headers} those of a call made under {@code context}, in place of what they
   * have of the same name.
   *
   * @param identity a {@link CallerIdentity}
   * @throws IllegalArgumentException if its values are too long or too many
   */
  void write(byte[] identity, Context context, Metadata headers) {
    Budget budget = new Budget();
    IDENTITY.write(headers, identity);
    budget.takesBytes(IDENTITY.wireLength(identity));
    for (ValueHeader<?> header : declared.values()) {
      byte[] value = header.encodedIn(context);
      if (value != null) {
        write(header, value, headers, budget);
      }
    }
    passThrough(headers, context, budget);
  }

  private void write(ValueHeader<?> header, byte[] value, Metadata headers, Budget budget) {
    if (value.length > limits.maxValueBytes()) {
      throw new IllegalArgumentException(
          "the value for header \""
              + header.name()
              + "\" has "
              + value.length
              + " bytes, at most "
              + limits.maxValueBytes()
              + " travel");
    }
    if (!budget.takes(header.header(), value)) {
      throw new IllegalArgumentException(
          "no room for header \""
              + header.name()
              + "\": a call carries at most "
              + limits.maxValues()
              + " values and "
              + limits.maxHeaderBytes()
              + " bytes of headers");
    }
    header.header().write(headers, value);
  }

  /** Somebody else's values yield to our own. */
  private void passThrough(Metadata headers, Context context, Budget budget) {
    List<Foreign> foreign = context.value(PASSED_THROUGH);
    for (Foreign one : foreign == null ? List.<Foreign>of() : foreign) {
      if (budget.takes(one.header, one.value)) {
        one.header.write(headers, one.value);
      } else {
        counters.count(Event.FOREIGN_VALUES_DROPPED);
      }
    }
  }

  /** The names, without prefix and suffix, of the values in {@code context} that travel. */
  List<String> valueNames(Context context) {
    TreeSet<String> names = new TreeSet<>();
    for (ValueHeader<?> header : declared.values()) {
      if (header.isIn(context)) {
        names.add(bare(header.name()));
      }
    }
    List<Foreign> foreign = context.value(PASSED_THROUGH);
    if (foreign != null) {
      foreign.forEach(one -> names.add(bare(one.header.name())));
    }
    return List.copyOf(names);
  }

  private static String bare(String headerName) {
    int end = headerName.length();
    if (headerName.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      end -= Metadata.BINARY_HEADER_SUFFIX.length();
    }
    return headerName.substring(
        ValueHeader.PREFIX.length(), Math.max(end, ValueHeader.PREFIX.length()));
  }

  /** What is left of a call's room. */
  private final class Budget {
    private int values = limits.maxValues();
    private int bytes = limits.maxHeaderBytes();

    void takesBytes(int length) {
      bytes -= length;
    }

    boolean takes(RawHeader header, byte[] value) {
      int length = header.wireLength(value);
      if (values == 0 || length > bytes) {
        return false;
      }
      values--;
      bytes -= length;
      return true;
    }
  }
}
