package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import dev.ripcord.proto.v1.CallContext;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What travels with a call, and what does not: over real sockets. */
class ValuesAcrossProcessesTest {
  private static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());
  private static final Key<byte[]> BADGE = Key.propagated("badge", ValueCodec.bytes());
  private static final Metadata.Key<String> TENANT_HEADER = ascii("ctx-tenant");
  private static final Metadata.Key<byte[]> BADGE_HEADER = binary("ctx-badge-bin");
  private static final Metadata.Key<byte[]> IDS_HEADER = binary("ripcord-bin");

  private final BlockingQueue<Context> contexts = new LinkedBlockingQueue<>();
  private final BlockingQueue<Metadata> arrived = new LinkedBlockingQueue<>();

  // The way they go.

  @ParameterizedTest
  @ValueSource(
      strings = {"acme", "", "Grüße, 世界 🌍", "50% off; a=b&c+d", "line\nbreak\u0000\t", " padded "})
  void textAndBytes_arriveOverTwoHops(String tenant) throws Exception {
    byte[] badge = new byte[256];
    for (int i = 0; i < badge.length; i++) {
      badge[i] = (byte) i;
    }
    try (Peer callee = recording(peer("callee")).start();
        Peer middle = peer("middle");
        Peer caller = peer("caller")) {
      ManagedChannel onward = middle.channelTo(callee);
      middle.unary(request -> Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT)).start();
      ManagedChannel channel = caller.channelTo(middle);
      Context context = Context.background().withValue(TENANT, tenant).withValue(BADGE, badge);

      context.call(() -> Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT));

      Context far = contexts.take();
      assertThat(far.value(TENANT)).isEqualTo(tenant);
      assertThat(far.value(BADGE)).isEqualTo(badge);
    }
  }

  @Test
  void aValue_isReadableByAnybody() throws Exception {
    try (Peer callee = recording(Peer.plain()).start();
        Peer caller = peer("caller")) {
      Context context =
          Context.background().withValue(TENANT, "a b/ü").withValue(BADGE, new byte[] {1, 2});
      call(caller.channelTo(callee), context);

      Metadata headers = arrived.take();
      assertThat(headers.get(TENANT_HEADER)).isEqualTo("a%20b%2F%C3%BC");
      assertThat(headers.get(BADGE_HEADER)).containsExactly(1, 2);
      CallContext ids = CallContext.parseFrom(headers.get(IDS_HEADER));
      assertThat(ids.getRequestId().size()).isEqualTo(16);
      assertThat(ids.getContextId().size()).isEqualTo(8);
      assertThat(ids.getService()).isEqualTo("caller");
      assertThat(ids.getInstance()).isEqualTo("1");
    }
  }

  @Test
  void aNullOrLocalValue_staysHere() throws Exception {
    try (Peer callee = recording(Peer.plain()).start();
        Peer caller = peer("caller")) {
      Context context =
          Context.background()
              .withValue(TENANT, "acme")
              .withValue(TENANT, null)
              .withValue(Key.local("secret"), "s");
      call(caller.channelTo(callee), context);

      assertThat(arrived.take().keys()).noneMatch(name -> name.startsWith("ctx-"));
    }
  }

  @Test
  void whatTheUserPutsIntoOurHeaders_isReplaced() throws Exception {
    Metadata forged = new Metadata();
    forged.put(TENANT_HEADER, "forged");
    forged.put(IDS_HEADER, new byte[] {1});
    try (Peer callee = recording(Peer.plain()).start();
        Peer caller = peer("caller")) {
      call(with(forged, caller.channelTo(callee)), Context.background().withValue(TENANT, "acme"));

      Metadata headers = arrived.take();
      assertThat(headers.getAll(TENANT_HEADER)).containsExactly("acme");
      assertThat(headers.getAll(IDS_HEADER)).hasSize(1);
    }
  }

  // What one process does not know, another may.

  @Test
  void undeclaredValues_passThroughUntouched() throws Exception {
    Metadata headers = new Metadata();
    headers.put(ascii("ctx-locale"), "de-CH;not%encoded by us%zz");
    headers.put(binary("ctx-proof-bin"), new byte[] {0, -1, 7});
    try (Peer callee = recording(Peer.plain()).start();
        Peer middle = peer("middle");
        Peer caller = Peer.plain()) {
      ManagedChannel onward = middle.channelTo(callee);
      middle.unary(request -> Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT)).start();
      call(with(headers, caller.channelTo(middle)), Context.background());

      Metadata far = arrived.take();
      assertThat(far.getAll(ascii("ctx-locale"))).containsExactly("de-CH;not%encoded by us%zz");
      assertThat(far.get(binary("ctx-proof-bin"))).containsExactly(0, -1, 7);
    }
  }

  @Test
  void atAnEdge_strangersIdsAndValuesAreIgnored() throws Exception {
    Metadata headers = new Metadata();
    headers.put(TENANT_HEADER, "forged");
    headers.put(ascii("ctx-locale"), "de");
    headers.put(ascii("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    headers.put(
        IDS_HEADER,
        new CallerIdentity(RequestId.parse("0".repeat(31) + "1"), 7, null, 9, "x", "y", null)
            .toBytes());
    try (Peer callee = recording(Peer.plain()).start();
        Peer edge = Peer.with(builder("edge").limits(Limits.edge()).build());
        Peer caller = Peer.plain()) {
      ManagedChannel onward = edge.channelTo(callee);
      edge.unary(
              request -> {
                contexts.add(Context.current());
                return Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT);
              })
          .start();
      call(with(headers, caller.channelTo(edge)), Context.background());

      Context seen = contexts.take();
      assertThat(seen.value(TENANT)).isNull();
      CallIdentity identity = Objects.requireNonNull(CallIdentity.of(seen));
      assertThat(identity.depth()).isZero();
      assertThat(identity.parentContextId()).isNull();
      assertThat(identity.callerService()).isNull();
      assertThat(identity.requestId().toString())
          .doesNotContain("0af7651916cd43dd")
          .doesNotStartWith("000000");
      assertThat(arrived.take().keys()).noneMatch(name -> name.startsWith("ctx-"));
      assertThat(edge.ripcord().counters().idsDropped()).isEqualTo(1);
      assertThat(edge.ripcord().counters().valuesDropped()).isEqualTo(1);
      assertThat(edge.ripcord().counters().foreignValuesDropped()).isEqualTo(1);
    }
  }

  // What does not fit, and what makes no sense.

  @Test
  void aValueTooLongToSend_failsTheCallWithAClearException() throws Exception {
    try (Peer callee = recording(Peer.plain()).start();
        Peer caller = peer("caller")) {
      ManagedChannel channel = caller.channelTo(callee);
      call(channel, Context.background().withValue(TENANT, "x".repeat(512)));
      for (Way way : Way.values()) {
        assertThatThrownBy(
                () ->
                    Context.background()
                        .withValue(TENANT, "x".repeat(513))
                        .call(() -> way.call(channel, CallOptions.DEFAULT)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("the value for header \"ctx-tenant\" has 513 bytes, at most 512 travel");
      }
      // The connection is as good as before.
      call(channel, Context.background());
    }
  }

  @Test
  void valuesTooLongTogether_failTheCallWithAClearException() throws Exception {
    Key<?>[] keys = new Key<?>[5];
    Context context = Context.background();
    for (int i = 0; i < keys.length; i++) {
      Key<byte[]> key = Key.propagated("blob" + i, ValueCodec.bytes());
      keys[i] = key;
      context = context.withValue(key, new byte[450]);
    }
    Context full = context;
    try (Peer callee = recording(Peer.plain()).start();
        Peer caller = Peer.with(Ripcord.builder().service("caller").propagate(keys).build())) {
      assertThatThrownBy(() -> call(caller.channelTo(callee), full))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "no room for header \"ctx-blob3-bin\": a call carries at most 32 values and 2048 bytes of headers");
    }
  }

  @Test
  void ofTooManyValues_thoseWithoutRoomAreDropped_andTheCallGoesOn() throws Exception {
    Metadata headers = new Metadata();
    headers.put(TENANT_HEADER, "acme");
    for (int i = 0; i < 40; i++) {
      headers.put(ascii("ctx-n" + (char) ('a' + i / 26) + (char) ('a' + i % 26)), "v");
    }
    try (Peer callee = recording(Peer.plain()).start();
        Peer middle = peer("middle");
        Peer caller = Peer.plain()) {
      ManagedChannel onward = middle.channelTo(callee);
      middle.unary(request -> Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT)).start();
      call(with(headers, caller.channelTo(middle)), Context.background());

      assertThat(arrived.take().keys())
          .filteredOn(name -> name.startsWith("ctx-"))
          .hasSize(32)
          .contains("ctx-tenant");
      assertThat(middle.ripcord().counters().foreignValuesDropped()).isEqualTo(9);
    }
  }

  @Test
  void aHugeHeader_isDroppedAndCounted() throws Exception {
    Metadata headers = new Metadata();
    headers.put(TENANT_HEADER, "x".repeat(3000));
    headers.put(ascii("ctx-other"), "y".repeat(3000));
    headers.put(IDS_HEADER, new byte[300]);
    headers.put(BADGE_HEADER, new byte[] {1});
    Context seen = receive(headers, 1, 1, 1);

    assertThat(seen.value(TENANT)).isNull();
    assertThat(seen.value(BADGE)).containsExactly(1);
  }

  @Test
  void malformedHeaders_areDroppedAndCounted() throws Exception {
    Metadata headers = new Metadata();
    headers.put(TENANT_HEADER, "%C3%28"); // not UTF-8
    headers.put(IDS_HEADER, "nonsense".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    assertThat(receive(headers, 1, 1, 0).value(TENANT)).isNull();

    Metadata cut = new Metadata();
    cut.put(TENANT_HEADER, "abc%4");
    cut.put(IDS_HEADER, CallContext.newBuilder().setDepth(3).build().toByteArray());
    assertThat(receive(cut, 1, 1, 0).value(TENANT)).isNull();
  }

  @Test
  void doubledHeaders_areDroppedAndCounted() throws Exception {
    Metadata headers = new Metadata();
    headers.put(TENANT_HEADER, "acme");
    headers.put(TENANT_HEADER, "evil");
    headers.put(ascii("ctx-other"), "1");
    headers.put(ascii("ctx-other"), "2");
    byte[] ids = CallerIdentity.unknown(RequestId.random()).toBytes();
    headers.put(IDS_HEADER, ids);
    headers.put(IDS_HEADER, ids);
    assertThat(receive(headers, 1, 1, 1).value(TENANT)).isNull();
  }

  @Test
  void headersThatAreAlmostOurs_areNotOurs() throws Exception {
    Metadata headers = new Metadata();
    headers.put(ascii("ctx"), "1");
    headers.put(ascii("ctx-"), "2");
    headers.put(binary("ctx--bin"), new byte[] {3});
    headers.put(binary("ctx-bin"), new byte[] {4});
    headers.put(ascii("context-tenant"), "5");
    assertThat(receive(headers, 0, 0, 0).value(TENANT)).isNull();
  }

  // Ids.

  @Test
  void aTraceLendsItsName() throws Exception {
    Metadata headers = new Metadata();
    headers.put(ascii("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    CallIdentity identity = CallIdentity.of(receive(headers, 0, 0, 0));
    assertThat(identity)
        .extracting(i -> i.requestId().toString())
        .isEqualTo("0af7651916cd43dd8448eb211c80319c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01"
      })
  void aTraceWithoutAProperName_lendsNone(String traceparent) throws Exception {
    Metadata headers = new Metadata();
    headers.put(ascii("traceparent"), traceparent);
    CallIdentity identity = CallIdentity.of(receive(headers, 0, 0, 0));
    assertThat(identity)
        .extracting(i -> i.requestId().toString())
        .isNotEqualTo("0af7651916cd43dd8448eb211c80319c");
  }

  @Test
  void theCallerChoosesTheRequestId_andTheWholeTreeHasIt() throws Exception {
    RequestId id = RequestId.random();
    BlockingQueue<CallIdentity> identities = new LinkedBlockingQueue<>();
    try (Peer callee =
            peer("callee")
                .unary(
                    request -> {
                      identities.add(Objects.requireNonNull(CallIdentity.of(Context.current())));
                      return "done";
                    })
                .start();
        Peer middle = peer("middle");
        Peer caller = peer("caller")) {
      ManagedChannel onward = middle.channelTo(callee);
      middle
          .unary(
              request -> {
                identities.add(Objects.requireNonNull(CallIdentity.of(Context.current())));
                return Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT);
              })
          .start();
      call(caller.channelTo(middle), Ripcord.withRequestId(Context.background(), id));

      CallIdentity first = identities.take();
      CallIdentity second = identities.take();
      assertThat(first.requestId()).isEqualTo(id);
      assertThat(first.depth()).isZero();
      assertThat(first.parentContextId()).isNull();
      assertThat(first.callerService()).isEqualTo("caller");
      assertThat(first.method()).isEqualTo("test.Strings/Unary");
      assertThat(second.requestId()).isEqualTo(id);
      assertThat(second.depth()).isEqualTo(1);
      assertThat(second.parentContextId()).isEqualTo(first.contextId());
      assertThat(second.callerService()).isEqualTo("middle");
      assertThat(second.callerInstance()).isEqualTo("1");
    }
  }

  /**
   * What a handler gets that is called with {@code headers}, and that so many of them were counted
   * as dropped.
   */
  private Context receive(Metadata headers, long ids, long values, long foreign) throws Exception {
    try (Peer callee = recording(peer("callee")).start();
        Peer caller = Peer.plain()) {
      call(with(headers, caller.channelTo(callee)), Context.background());
      Counters counters = callee.ripcord().counters();
      assertThat(counters.idsDropped()).as("ids dropped").isEqualTo(ids);
      assertThat(counters.valuesDropped()).as("values dropped").isEqualTo(values);
      assertThat(counters.foreignValuesDropped()).as("foreign values dropped").isEqualTo(foreign);
      Context context = contexts.poll(10, TimeUnit.SECONDS);
      return Objects.requireNonNull(context);
    }
  }

  private Peer recording(Peer peer) {
    return peer.settings(
            builder ->
                builder.addStreamTracerFactory(
                    new io.grpc.ServerStreamTracer.Factory() {
                      @Override
                      public io.grpc.ServerStreamTracer newServerStreamTracer(
                          String method, Metadata headers) {
                        arrived.add(headers);
                        return new io.grpc.ServerStreamTracer() {};
                      }
                    }))
        .unary(
            request -> {
              contexts.add(Context.current());
              return "done";
            });
  }

  private static void call(Channel channel, Context context) throws Exception {
    context.call(() -> Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT));
  }

  private static Channel with(Metadata headers, Channel channel) {
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Peer peer(String service) {
    return Peer.with(builder(service).build());
  }

  private static Ripcord.Builder builder(String service) {
    return Ripcord.builder().service(service).instance("1").propagate(TENANT, BADGE);
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata.Key<byte[]> binary(String name) {
    return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
  }
}
