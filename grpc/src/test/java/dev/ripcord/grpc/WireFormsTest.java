package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.ErrorInfo;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.CallContext;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written, and how what others write is read. */
class WireFormsTest {

  @ParameterizedTest
  @CsvSource({
    "USER_CANCELED, CANCELLED",
    "CLIENT_CANCELED, CANCELLED",
    "SIBLING_FAILED, CANCELLED",
    "SUPERSEDED, CANCELLED",
    "ADMIN, CANCELLED",
    "AUTH_REVOKED, UNAUTHENTICATED",
    "SHUTDOWN, UNAVAILABLE",
    "CONNECTION_LOST, CANCELLED",
    "SOMETHING_NEW, CANCELLED"
  })
  void everyCodeHasItsStatus(String code, Status.Code status) throws Exception {
    Cancellation why = Cancellation.canceled(Reason.of(code, "because"), null);
    Status answered = CancellationStatus.ofCallee(why);
    assertThat(answered.getCode()).isEqualTo(status);
    Metadata trailers = CancellationStatus.trailers(answered, why);

    com.google.rpc.Status details =
        Objects.requireNonNull(StatusProto.fromStatusAndTrailers(answered, trailers));
    assertThat(details.getCode()).isEqualTo(status.value());
    ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getDomain()).isEqualTo("ripcord.dev");
    assertThat(info.getReason()).isEqualTo(code);
    for (Throwable t :
        List.of(
            new StatusRuntimeException(answered, trailers),
            new StatusException(answered, trailers))) {
      Cancellation told =
          Objects.requireNonNull(CancellationStatus.of(new IllegalStateException(t)));
      assertThat(told.reason()).isEqualTo(why.reason());
      assertThat(told.kind()).isEqualTo(Cancellation.Kind.CANCELED);
    }
  }

  @Test
  void aDeadline_isADeadline_whateverItsCode() {
    Cancellation why = Cancellation.deadlineExceeded(Reason.SHUTDOWN);
    assertThat(CancellationStatus.ofCallee(why).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(CancellationStatus.ofCaller(why).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aFailureWithoutACancellation_hasNone() {
    assertThat(CancellationStatus.of(new IllegalStateException("x"))).isNull();
    assertThat(CancellationStatus.of(Status.CANCELLED.asRuntimeException())).isNull();
    assertThat(CancellationStatus.of(Status.CANCELLED.asException(new Metadata()))).isNull();
    Metadata broken = new Metadata();
    broken.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {1, 2, 3});
    assertThat(CancellationStatus.of(Status.CANCELLED.asRuntimeException(broken))).isNull();
    Any wrong = Any.pack(dev.ripcord.proto.v1.Cancellation.getDefaultInstance());
    Metadata empty =
        Objects.requireNonNull(
            StatusProto.toStatusException(
                    com.google.rpc.Status.newBuilder().setCode(1).addDetails(wrong).build())
                .getTrailers());
    assertThat(CancellationStatus.of(empty)).isNull();
    assertThatThrownBy(() -> CancellationStatus.of((Throwable) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("failure is null");
  }

  @Test
  void aCancellation_comesBackAsItWent() {
    Cancellation went =
        Cancellation.canceled(
                Reason.of("QUOTA", "out of budget").withDetail("tenant", "acme"),
                new RuntimeException("stays"))
            .withOrigin(new Cancellation.Origin("gateway", "1", "00000000000000ff", "alice"))
            .withAt(Instant.parse("2026-01-02T03:04:05.678Z"))
            .withPath(List.of(new Cancellation.Hop("identity", "2", Duration.ofMillis(3))));
    Cancellation came =
        Objects.requireNonNull(WireCancellation.fromProto(WireCancellation.toProto(went)));
    assertThat(came.kind()).isEqualTo(went.kind());
    assertThat(came.reason()).isEqualTo(went.reason());
    assertThat(came.origin()).isEqualTo(went.origin());
    assertThat(came.at()).isEqualTo(went.at());
    assertThat(came.path()).isEqualTo(went.path());
    assertThat(came.cause()).isNull();
  }

  @Test
  void aCancellation_isNeverLongerThanAKibibyte() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 300; i++) {
      Cancellation why =
          Cancellation.canceled(
              Reason.of("X".repeat(random.nextInt(1, 65)), text(random, 2000)), null);
      for (int d = random.nextInt(20); d > 0; d--) {
        why =
            Cancellation.canceled(
                why.reason().withDetail(text(random, 100), text(random, 300)), null);
      }
      List<Cancellation.Hop> path = new ArrayList<>();
      for (int h = random.nextInt(40); h > 0; h--) {
        path.add(
            new Cancellation.Hop(
                text(random, 100), text(random, 100), Duration.ofNanos(random.nextLong(1L << 40))));
      }
      why =
          why.withPath(path)
              .withOrigin(
                  new Cancellation.Origin(
                      text(random, 90), text(random, 90), text(random, 20), text(random, 90)));

      dev.ripcord.proto.v1.Cancellation proto = WireCancellation.toProto(why);

      assertThat(proto.getSerializedSize()).isLessThanOrEqualTo(1024);
      assertThat(proto.getPathCount()).isLessThanOrEqualTo(16);
      assertThat(proto.getReason().getCode()).isEqualTo(why.reason().code());
      assertThat(WireCancellation.fromProto(proto)).isNotNull();
      Metadata trailers = CancellationStatus.trailers(CancellationStatus.ofCallee(why), why);
      assertThat(
              trailers.get(
                  Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)))
          .hasSizeLessThan(2048);
    }
  }

  private static String text(SplittableRandom random, int longest) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(longest); n > 0; n--) {
      text.appendCodePoint(
          random.nextInt(5) == 0 ? random.nextInt(0xd800) : 'a' + random.nextInt(26));
    }
    return text.toString();
  }

  @Test
  void aCancellationOfAPeer_isBoundedAndMadePrintable() {
    dev.ripcord.proto.v1.Cancellation.Builder message =
        dev.ripcord.proto.v1.Cancellation.newBuilder()
            .setKind(dev.ripcord.proto.v1.Cancellation.Kind.CANCELED);
    message
        .getReasonBuilder()
        .setCode("ADMIN")
        .setMessage("\u001b[31mred\u202e\n" + "x".repeat(500));
    Cancellation came = Objects.requireNonNull(WireCancellation.fromProto(message.build()));
    assertThat(came.reason().message()).startsWith("?[31mred??x").hasSize(256);

    message.getReasonBuilder().setMessage("y".repeat(2000));
    assertThat(WireCancellation.fromProto(message.build())).isNull();
    message.getReasonBuilder().setMessage("").setCode("not a code");
    assertThat(WireCancellation.fromProto(message.build())).isNull();
    message.setKindValue(77).getReasonBuilder().setCode("ADMIN");
    assertThat(WireCancellation.fromProto(message.build())).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain-._~09AZ", "a b+c%d/e", "Grüße 世界 🌍", "\u0000\u007f"})
  void percentEncoding_goesThereAndBack(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] written = PercentEncoding.encode(bytes);
    String encoded = new String(written, StandardCharsets.ISO_8859_1);
    assertThat(encoded).matches("[A-Za-z0-9._~%-]*");
    assertThat(PercentEncoding.decode(written)).isEqualTo(bytes).isNotSameAs(written);
    // The same as any other language's.
    assertThat(java.net.URLDecoder.decode(encoded, StandardCharsets.UTF_8)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "abc%", "%zz", "%-1", "ü", "\u0001"})
  void whatIsNotPercentEncoded_isRefused(String text) {
    byte[] written = text.getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> PercentEncoding.decode(written))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRequestId_goesThereAndBack() {
    RequestId id = RequestId.random();
    assertThat(RequestId.parse(id.toString())).isEqualTo(id);
    assertThat(RequestId.of(id.toBytes())).isEqualTo(id);
    assertThat(id.toString()).hasSize(32);
    assertThat(RequestId.random()).isNotEqualTo(id);
    assertThatThrownBy(() -> RequestId.parse("abc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a request id has 32 hex digits, this has 3 characters");
    assertThatThrownBy(() -> RequestId.parse("x".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RequestId.parse(null)).hasMessage("hex is null");
    assertThatThrownBy(() -> RequestId.of(new byte[3]))
        .hasMessage("a request id has 16 bytes, not 3");
  }

  @Test
  void theIds_fitTheirHeader() {
    for (int length : new int[] {1, 10, 64}) {
      Self self = new Self("s".repeat(length), "i".repeat(length));
      int room = CallerIdentity.roomForDeadline(self);
      CallerIdentity longest =
          new CallerIdentity(
              RequestId.random(),
              -1,
              -1L,
              -1,
              self.service(),
              self.instance(),
              ByteString.copyFrom(new byte[room]));
      assertThat(longest.toBytes()).hasSizeBetween(255, 256);
    }
  }

  //  one - two - ... : each hands the deadline on
  @ParameterizedTest
  @ValueSource(ints = {4, 10, 30, 64})
  void aDeadlinesWay_keepsItsOriginAndItsLastHops(int nameLength) {
    ByteString way = null;
    int fitted = 0;
    for (int hop = 1; hop <= 40; hop++) {
      String name = String.format("%0" + nameLength + "d", hop);
      DeadlineWay here = new DeadlineWay(name, "1", hop == 1 ? 0x0123456789abcdefL : hop, way);
      Cancellation struck = here.struck(Cancellation.deadlineExceeded(null), new Self("here", "2"));
      assertThat(struck.origin()).isNotNull();
      assertThat(struck.path().size()).isLessThanOrEqualTo(16);
      assertThat(struck.path()).last().hasToString("here/2");
      assertThat(struck.path().get(struck.path().size() - 2)).hasToString(name + "/1");
      assertThat(struck.path().get(0).service()).isEqualTo(struck.origin().service());
      if (way != null || hop == 1) {
        assertThat(struck.origin().service()).endsWith("01");
        assertThat(struck.origin().contextId()).isEqualTo("0123456789abcdef");
        fitted++;
      }
      way = here.handedOn(CallerIdentity.roomForDeadline(new Self(name, "1")));
    }
    // Names so long that there is no room: each takes its caller for the origin.
    assertThat(fitted).isEqualTo(nameLength < 64 ? 40 : fitted);
  }

  @Test
  void aDeadlinesWay_thatMakesNoSense_beginsWithTheCaller() {
    DeadlineWay way = new DeadlineWay("caller", "1", 7L, ByteString.copyFromUtf8("no message"));
    Cancellation struck = way.struck(Cancellation.deadlineExceeded(null), new Self("here", "2"));
    assertThat(struck.path().toString()).isEqualTo("[caller/1, here/2]");
    assertThat(struck.origin())
        .isEqualTo(new Cancellation.Origin("caller", "1", "0000000000000007", ""));
  }

  static Stream<CallerIdentity> identities() {
    RequestId id = RequestId.parse("00112233445566778899aabbccddeeff");
    return Stream.of(
        new CallerIdentity(id, 0x0102030405060708L, null, 0, null, null, null),
        new CallerIdentity(
            id,
            -1,
            0L,
            1,
            "gateway",
            "gateway/1",
            new DeadlineWay("edge", "1", 7L, null).handedOn(100)),
        new CallerIdentity(id, 0, -1L, Integer.MAX_VALUE, "s".repeat(64), null, null));
  }

  /** What is written by hand is what the .proto file says. */
  @ParameterizedTest
  @MethodSource("identities")
  void theIds_areAMessage(CallerIdentity ids) throws Exception {
    CallContext message = CallContext.parseFrom(ids.toBytes());
    assertThat(message.toByteArray()).isEqualTo(ids.toBytes());
    assertThat(RequestId.of(message.getRequestId().toByteArray())).isEqualTo(ids.requestId());
    assertThat(ContextIds.of(message.getContextId())).isEqualTo(ids.contextId());
    assertThat(message.getParentContextId().isEmpty()).isEqualTo(ids.parentContextId() == null);
    assertThat(message.getDepth()).isEqualTo(ids.depth());
    assertThat(message.getService()).isEqualTo(ids.service() == null ? "" : ids.service());
    assertThat(message.getInstance()).isEqualTo(ids.instance() == null ? "" : ids.instance());
    assertThat(CallerIdentity.parse(message.toByteArray())).isEqualTo(ids);
  }

  @Test
  void ofTheIds_whatALaterVersionAdds_isSkipped() throws Exception {
    CallerIdentity ids = identities().toList().get(1);
    byte[] more =
        CallContext.parseFrom(ids.toBytes()).toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(1000, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                    .addField(
                        1001,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("later"))
                            .build())
                    .build())
            .build()
            .toByteArray();
    assertThat(CallerIdentity.parse(more)).isEqualTo(ids);
  }

  @Test
  void idsOfAnotherLength_orCutShort_areNone() {
    byte[] right = identities().toList().get(2).toBytes();
    for (int length = 0; length < 28; length++) {
      assertThat(CallerIdentity.parse(Arrays.copyOf(right, length))).isNull();
    }
    ByteString nine = ByteString.copyFrom(new byte[9]);
    CallContext.Builder message =
        CallContext.newBuilder()
            .setRequestId(ByteString.copyFrom(new byte[16]))
            .setContextId(ByteString.copyFrom(new byte[8]));
    assertThat(CallerIdentity.parse(message.build().toByteArray())).isNotNull();
    assertThat(CallerIdentity.parse(message.clone().setContextId(nine).build().toByteArray()))
        .isNull();
    assertThat(CallerIdentity.parse(message.clone().setRequestId(nine).build().toByteArray()))
        .isNull();
    assertThat(CallerIdentity.parse(message.clone().setParentContextId(nine).build().toByteArray()))
        .isNull();
  }

  @Test
  void contextIds_differ() {
    assertThat(
            java.util.stream.LongStream.generate(ContextIds::next)
                .limit(100_000)
                .distinct()
                .count())
        .isEqualTo(100_000);
  }
}
