package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.FromCaller;
import dev.ripcord.proto.v1.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written by hand is, byte for byte, what generated code would write. */
class MessageBytesTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 500, 10_000})
  void aNestedMessage_ofAnySize(int ids) {
    SplittableRandom random = new SplittableRandom(ids);
    Cancel.Builder cancel = Cancel.newBuilder();
    MessageBytes bytes = new MessageBytes(1);
    int outer = bytes.begin(FromCaller.CANCEL_FIELD_NUMBER);
    int list = bytes.begin(Cancel.CONTEXT_IDS_FIELD_NUMBER);
    for (int i = 0; i < ids; i++) {
      long id = random.nextLong();
      cancel.addContextIds(id);
      bytes.fixed64(id);
    }
    bytes.end(list);
    bytes.end(outer);
    byte[] generated = FromCaller.newBuilder().setCancel(cancel).build().toByteArray();
    if (ids > 0) {
      assertThat(bytes.toBytes()).isEqualTo(generated);
    }
    assertThat(bytes.length()).isEqualTo(bytes.toBytes().length);
  }

  @Test
  void fieldsWithTheirDefault_areLeftOut() {
    MessageBytes bytes = new MessageBytes(0);
    bytes.text(Origin.SERVICE_FIELD_NUMBER, "");
    bytes.bytes(Origin.CONTEXT_ID_FIELD_NUMBER, new byte[0]);
    bytes.number(1, 0);
    assertThat(bytes.length()).isZero();
  }

  @Test
  void textAndNumbers_ofAllLengths() throws Exception {
    for (long value : new long[] {1, 127, 128, 1L << 35, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      MessageBytes bytes = new MessageBytes(1);
      bytes.number(1, value);
      com.google.protobuf.Timestamp time =
          com.google.protobuf.Timestamp.newBuilder().setSeconds(value).build();
      assertThat(bytes.toBytes()).isEqualTo(time.toByteArray());
    }
    MessageBytes bytes = new MessageBytes(1);
    bytes.text(Origin.SERVICE_FIELD_NUMBER, "\u00fcber\uD83D\uDE80");
    bytes.bytes(Origin.CONTEXT_ID_FIELD_NUMBER, new byte[] {1, 2});
    bytes.text(Origin.PRINCIPAL_FIELD_NUMBER, "p".repeat(200));
    Origin generated =
        Origin.newBuilder()
            .setService("\u00fcber\uD83D\uDE80")
            .setContextId(ByteString.copyFrom(new byte[] {1, 2}))
            .setPrincipal("p".repeat(200))
            .build();
    assertThat(bytes.toBytes()).isEqualTo(generated.toByteArray());
  }

  @Test
  void randomCancellations_areCanonical() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = WireCancellation.toBytes(random(random));
      assertThat(dev.ripcord.proto.v1.Cancellation.parseFrom(bytes).toByteArray())
          .as("seed %d, round %d", seed, i)
          .isEqualTo(bytes);
      assertThat(bytes).hasSizeLessThanOrEqualTo(WireCancellation.MAX_BYTES);
    }
  }

  private static Cancellation random(SplittableRandom random) {
    Reason reason = Reason.USER_CANCELED.withMessage("m".repeat(random.nextInt(400)));
    if (random.nextBoolean()) {
      reason = reason.withDetail("key", "v".repeat(1 + random.nextInt(100)));
    }
    Cancellation why =
        random.nextBoolean()
            ? Cancellation.canceled(reason, null)
            : Cancellation.deadlineExceeded(reason);
    List<Cancellation.Hop> path = new ArrayList<>();
    for (int hops = random.nextInt(20); hops > 0; hops--) {
      path.add(
          new Cancellation.Hop(
              "service" + hops,
              "i".repeat(random.nextInt(70)),
              Duration.ofNanos(random.nextLong(1L << random.nextInt(1, 60)))));
    }
    why =
        why.withAt(Instant.ofEpochSecond(random.nextLong(1L << 33), random.nextInt(1_000_000_000)))
            .withPath(path);
    return random.nextBoolean()
        ? why.withOrigin(
            new Cancellation.Origin("gateway", "1", ContextIds.toHex(random.nextLong()), "alice"))
        : why;
  }
}
