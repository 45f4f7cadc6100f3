package dev.ripcord.grpc;

import dev.ripcord.BoundValue;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
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
  private static final RawHeader IDENTITY = RawHeader.named("ripcord-bin");
  private static final byte[] IDENTITY_NAME = IDENTITY.name().getBytes(StandardCharsets.US_ASCII);
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  /** In place of what is written in a header: there are two. */
  private static final Object DOUBLED = new Object();

  private static final class Foreign {
    final RawHeader header;
    final byte[] written;

    Foreign(RawHeader header, byte[] written) {
      this.header = header;
      this.written = written;
    }
  }

  private final List<ValueHeader<?>> declared = new ArrayList<>();
  private final Map<String, Integer> places = new HashMap<>(); // in declared, by header name
  private final KnownNames names = new KnownNames();
  private final Limits limits;
  private final Counters counters;

  ContextHeaders(List<Key<?>> keys, Limits limits, Counters counters) {
    this.limits = limits;
    this.counters = counters;
    for (Key<?> key : keys) {
      ValueHeader<?> header = ValueHeader.of(key);
      if (places.putIfAbsent(header.name(), declared.size()) != null) {
        throw new IllegalArgumentException("two keys are named \"" + key + "\"");
      }
      declared.add(header);
    }
  }

  // What comes in.

  /** Who calls, as far as it is said and believed. */
  CallerIdentity readCaller(Metadata headers) {
    CallerIdentity caller = limits.trustsPeers() ? readIdentity(headers) : null;
    if (caller == null && IDENTITY.isIn(headers)) {
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
      byte[] bytes = IDENTITY.in(headers);
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
    Received received = received(headers);
    if (received == null) {
      return context;
    }
    Budget budget = new Budget();
    byte[] identity = IDENTITY.lastIn(headers);
    if (identity != null && identity.length <= Limits.identityBytes()) {
      budget.takesBytes(IDENTITY.wireLength(identity));
    }
    List<BoundValue> values = new ArrayList<>(declared.size() + 1);
    readDeclared(headers, received, budget, values);
    readForeign(headers, received, budget, values);
    return context.withValues(values.toArray(new BoundValue[0]));
  }

  /** Values as they came, read in one go: a look for each name would go through all headers. */
  private static final class Received {
    final @Nullable Object[] declared; // by place: what is written, DOUBLED, or null if absent
    final SortedMap<String, Object> foreign = new TreeMap<>();

    Received(int declared) {
      this.declared = new @Nullable Object[declared];
    }
  }

  /** Null if there are no values, as in most calls. */
  private @Nullable Received received(Metadata headers) {
    Received received = null;
    // Metadata.keys() would decode every name of every call; nearly all are others'.
    Object[] namesAndValues = InternalMetadata.serializePartial(headers);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] name = (byte[]) namesAndValues[i];
      if (isPrefixed(name)) {
        if (received == null) {
          received = new Received(declared.size());
        }
        receive(names.of(name, 0, name.length), namesAndValues[i + 1], received);
      }
    }
    return received;
  }

  private void receive(String name, Object written, Received received) {
    Integer place = places.get(name);
    if (place == null) {
      // Sorted, so that of too many the same are dropped every time.
      received.foreign.merge(name, written, (one, another) -> DOUBLED);
    } else {
      received.declared[place] = received.declared[place] == null ? written : DOUBLED;
    }
  }

  private void readDeclared(
      Metadata headers, Received received, Budget budget, List<BoundValue> values) {
    for (int i = 0; i < received.declared.length; i++) {
      Object raw = received.declared[i];
      if (raw != null) {
        ValueHeader<?> header = declared.get(i);
        try {
          byte[] written = written(raw, header.header(), headers);
          byte[] value = header.header().read(written);
          if (admit(header.header(), written, value.length, budget)) {
            values.add(header.decoded(value));
          } else {
            counters.count(Event.VALUES_DROPPED);
          }
        } catch (RuntimeException undecodable) {
          counters.count(Event.VALUES_DROPPED);
        }
      }
    }
  }

  private void readForeign(
      Metadata headers, Received received, Budget budget, List<BoundValue> values) {
    List<Foreign> foreign = new ArrayList<>(received.foreign.size());
    received.foreign.forEach(
        (name, raw) -> {
          Foreign one = readForeign(name, raw, headers, budget);
          if (one == null) {
            counters.count(Event.FOREIGN_VALUES_DROPPED);
          } else {
            foreign.add(one);
          }
        });
    if (!foreign.isEmpty()) {
      values.add(PASSED_THROUGH.boundTo(List.copyOf(foreign)));
    }
  }

  private @Nullable Foreign readForeign(String name, Object raw, Metadata headers, Budget budget) {
    try {
      RawHeader header = RawHeader.passingThrough(name);
      byte[] written = written(raw, header, headers);
      return admit(header, written, written.length, budget) ? new Foreign(header, written) : null;
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }

  /**
   * What is written in a header, given what gRPC keeps of it: bytes, unless somebody in this
   * process has put in a stream of them.
   *
   * @throws IllegalArgumentException if there are two
   */
  private static byte[] written(Object raw, RawHeader header, Metadata headers) {
    return raw instanceof byte[] bytes ? bytes : Objects.requireNonNull(header.in(headers));
  }

  private boolean admit(RawHeader header, byte[] written, int length, Budget budget) {
    return limits.trustsPeers()
        && length <= header.longest(limits.maxValueBytes())
        && budget.takes(header, written);
  }

  private static boolean isPrefixed(byte[] name) {
    return name.length >= PREFIX.length
        && Arrays.equals(name, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
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
    boolean replaces = hasOurs(headers);
    put(IDENTITY, identity, headers, replaces);
    budget.takesBytes(IDENTITY.wireLength(identity));
    for (ValueHeader<?> header : declared) {
      byte[] value = header.encodedIn(context);
      if (value != null) {
        put(header.header(), admitted(header, value, budget), headers, replaces);
      }
    }
    passThrough(headers, context, budget, replaces);
  }

  /** Usually not; to look for each name would go through all headers every time. */
  private static boolean hasOurs(Metadata headers) {
    if (InternalMetadata.headerCount(headers) == 0) {
      return false;
    }
    Object[] namesAndValues = InternalMetadata.serializePartial(headers);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] name = (byte[]) namesAndValues[i];
      if (isPrefixed(name) || Arrays.equals(name, IDENTITY_NAME)) {
        return true;
      }
    }
    return false;
  }

  private static void put(RawHeader header, byte[] written, Metadata headers, boolean replaces) {
    if (replaces) {
      header.discardIn(headers);
    }
    header.addTo(headers, written);
  }

  /** {@code value} as it is written. */
  private byte[] admitted(ValueHeader<?> header, byte[] value, Budget budget) {
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
    byte[] written = header.header().write(value);
    if (!budget.takes(header.header(), written)) {
      throw new IllegalArgumentException(
          "no room for header \""
              + header.name()
              + "\": a call carries at most "
              + limits.maxValues()
              + " values and "
              + limits.maxHeaderBytes()
              + " bytes of headers");
    }
    return written;
  }

  /** Somebody else's values yield to our own. */
  private void passThrough(Metadata headers, Context context, Budget budget, boolean replaces) {
    List<Foreign> foreign = context.value(PASSED_THROUGH);
    for (Foreign one : foreign == null ? List.<Foreign>of() : foreign) {
      if (budget.takes(one.header, one.written)) {
        put(one.header, one.written, headers, replaces);
      } else {
        counters.count(Event.FOREIGN_VALUES_DROPPED);
      }
    }
  }

  /** The names, without prefix and suffix, of the values in {@code context} that travel. */
  List<String> valueNames(Context context) {
    TreeSet<String> names = new TreeSet<>();
    for (ValueHeader<?> header : declared) {
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

    boolean takes(RawHeader header, byte[] written) {
      int length = header.wireLength(written);
      if (values == 0 || length > bytes) {
        return false;
      }
      values--;
      bytes -= length;
      return true;
    }
  }
}
