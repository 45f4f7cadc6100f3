package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.FromCaller;
import dev.ripcord.proto.v1.Hello;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is read by hand means what the generated parser says, or is left to that. */
class MessageReaderTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void whatWeSend_isRead() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Cancellation why = usual();
      byte[] sent = message(why);
      CancelMessage read = CancelMessage.read(sent);
      assertThat(read).as("seed %d, round %d", seed, i).isNotNull();
      assertSame(Objects.requireNonNull(read), Objects.requireNonNull(generated(sent)), i);
      assertThat(read.told().at()).isEqualTo(why.at());
    }
  }

  @Test
  void whatIsDamaged_isReadAsTheGeneratedParserReadsIt_orNotAtAll() {
    int alike = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] damaged = damaged(message(usual()));
      CancelMessage read = CancelMessage.read(damaged);
      if (read != null) {
        CancelMessage generated = generated(damaged);
        assertThat(generated).as("seed %d, round %d", seed, i).isNotNull();
        assertSame(read, Objects.requireNonNull(generated), i);
        alike++;
      }
    }
    // Damage to a name or a time is still a message.
    assertThat(alike).isGreaterThan(1_000);
  }

  @Test
  void whatIsUnusual_isLeftToTheGeneratedParser() {
    assertThat(CancelMessage.read(new byte[0])).isNull();
    assertThat(CancelMessage.read(FromCaller.getDefaultInstance().toByteArray())).isNull();
    assertThat(
            CancelMessage.read(
                FromCaller.newBuilder()
                    .setHello(Hello.newBuilder().setVersion(1))
                    .build()
                    .toByteArray()))
        .isNull();
    Reason odd = Reason.USER_CANCELED.withMessage("\u00fcber");
    assertThat(CancelMessage.read(message(Cancellation.canceled(odd, null)))).isNull();
    Reason detailed = Reason.USER_CANCELED.withDetail("key", "value");
    assertThat(CancelMessage.read(message(Cancellation.canceled(detailed, null)))).isNull();
    byte[] once = message(usual());
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    assertThat(CancelMessage.read(twice)).isNull();
  }

  @Test
  void whatIsPassedOnAsItCame_isWhatWouldBeWrittenAnew() throws Exception {
    Reasons here = new Reasons(new Self("here", "1"));
    int passedOn = 0;
    for (int i = 0; i < 20_000; i++) {
      boolean whole = random.nextBoolean();
      byte[] came = message(usual());
      CancelMessage read = CancelMessage.read(whole ? came : damaged(came));
      Cancellation why = read == null ? null : here.coming(read.told());
      byte[] onward = why == null ? null : WireCancellation.onward(read, why);
      if (onward == null) {
        continue;
      }
      passedOn++;
      byte[] anew = WireCancellation.toBytes(here.leaving(why, ""));
      if (whole) {
        assertThat(onward).as("seed %d, round %d", seed, i).isEqualTo(anew);
      } else {
        assertThat(understood(onward)).as("seed %d, round %d", seed, i).isEqualTo(understood(anew));
      }
    }
    assertThat(passedOn).isGreaterThan(1_000);
  }

  /** As whoever gets it has it. */
  private static byte[] understood(byte[] cancellation) throws InvalidProtocolBufferException {
    return WireCancellation.toBytes(
        Objects.requireNonNull(
            WireCancellation.fromProto(dev.ripcord.proto.v1.Cancellation.parseFrom(cancellation))));
  }

  @Test
  void aLongWay_isWrittenAnew_andSoIsADeadline_andAnEndThatNobodyHasClaimed() {
    Cancellation.Origin gateway = new Cancellation.Origin("gateway", "1", "", "");
    Cancellation claimed = Cancellation.canceled(Reason.USER_CANCELED, null).withOrigin(gateway);
    assertThat(onward(claimed)).isNotNull();
    assertThat(onward(Cancellation.canceled(Reason.USER_CANCELED, null))).isNull();
    assertThat(onward(Cancellation.deadlineExceeded(null).withOrigin(gateway))).isNull();
    List<Cancellation.Hop> way = new ArrayList<>();
    while (way.size() < WireCancellation.MAX_HOPS) {
      assertThat(onward(claimed.withPath(way))).isNotNull();
      way.add(new Cancellation.Hop("service" + way.size(), "1", Duration.ZERO));
    }
    assertThat(onward(claimed.withPath(way))).isNull();
  }

  private byte @Nullable [] onward(Cancellation told) {
    CancelMessage read = Objects.requireNonNull(CancelMessage.read(message(told)));
    return WireCancellation.onward(read, new Reasons(new Self("here", "1")).coming(read.told()));
  }

  private void assertSame(CancelMessage read, CancelMessage generated, int round) {
    assertThat(read.contextIds()).isEqualTo(generated.contextIds());
    assertThat(undated(read)).as("seed %d, round %d", seed, round).isEqualTo(undated(generated));
  }

  /** Without a time of its own a cancellation is dated when it is looked at. */
  private static byte[] undated(CancelMessage message) {
    return WireCancellation.toBytes(message.told().withAt(Instant.EPOCH));
  }

  private static @Nullable CancelMessage generated(byte[] message) {
    try {
      FromCaller from = FromCaller.parseFrom(message);
      return from.hasCancel() ? CancelMessage.of(from.getCancel()) : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private byte[] message(Cancellation why) {
    Cancel.Builder cancel = Cancel.newBuilder().setCancellation(WireCancellation.toProto(why));
    for (int ids = random.nextInt(1, 20); ids > 0; ids--) {
      cancel.addContextIds(random.nextLong());
    }
    return FromCaller.newBuilder().setCancel(cancel).build().toByteArray();
  }

  private byte[] damaged(byte[] message) {
    byte[] damaged =
        random.nextInt(8) == 0
            ? Arrays.copyOf(message, random.nextInt(message.length + 10))
            : message.clone();
    for (int times = random.nextInt(1, 3); times > 0 && damaged.length > 0; times--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }

  private Cancellation usual() {
    Reason reason = Reason.USER_CANCELED.withMessage("m".repeat(random.nextInt(100)));
    Cancellation why =
        random.nextBoolean()
            ? Cancellation.canceled(reason, null)
            : Cancellation.deadlineExceeded(reason);
    List<Cancellation.Hop> path = new ArrayList<>();
    for (int hops = random.nextInt(8); hops > 0; hops--) {
      path.add(
          new Cancellation.Hop(
              "service" + hops,
              "i".repeat(random.nextInt(20)),
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
