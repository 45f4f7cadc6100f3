package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.ControlGrpc;
import dev.ripcord.proto.v1.FromCaller;
import dev.ripcord.proto.v1.Hello;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.Reason;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stranger may write on a control stream, and how little comes of it. */
class ControlMessagesTest {
  private static final Metadata.Key<byte[]> IDENTITY =
      Metadata.Key.of("ripcord-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Reason REASON = Reason.newBuilder().setCode("ADMIN").build();

  private final Station callee = Station.named("callee");
  private final Peer stranger = Peer.plain();
  private final ManagedChannel channel = stranger.channelTo(callee.peer());

  @BeforeEach
  void connect() throws Exception {
    assertThat(Caller.unary(channel, null, Station.ECHO).status().isOk()).isTrue();
  }

  @AfterEach
  void close() {
    stranger.close();
    callee.close();
  }

  /** A control stream on which anything can be written. */
  private static final class Raw extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    Raw(Channel channel) {
      MethodDescriptor<byte[], byte[]> open =
          ControlGrpc.getOpenMethod().toBuilder(Bytes.INSTANCE, Bytes.INSTANCE).build();
      call = channel.newCall(open, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(Integer.MAX_VALUE);
    }

    static Raw greeted(Channel channel) throws Exception {
      Raw raw = new Raw(channel);
      raw.send(hello());
      byte[] unused = raw.answer.get(30, TimeUnit.SECONDS);
      return raw;
    }

    void send(FromCaller message) {
      send(message.toByteArray());
    }

    void send(byte[] message) {
      call.sendMessage(message);
    }

    @Override
    public void onMessage(byte[] message) {
      answer.complete(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static FromCaller hello() {
    return FromCaller.newBuilder()
        .setHello(Hello.newBuilder().setVersion(1).setService("stranger").setInstance("1"))
        .build();
  }

  private static dev.ripcord.proto.v1.Cancellation.Builder canceled() {
    return dev.ripcord.proto.v1.Cancellation.newBuilder()
        .setKind(dev.ripcord.proto.v1.Cancellation.Kind.CANCELED)
        .setReason(REASON);
  }

  private static FromCaller cancel(
      long id, dev.ripcord.proto.v1.Cancellation.Builder cancellation) {
    return FromCaller.newBuilder()
        .setCancel(Cancel.newBuilder().addContextIds(id).setCancellation(cancellation))
        .build();
  }

  /** A call that waits, whose name is {@code id}. */
  private Caller callNamed(long id, Channel over) {
    Metadata headers = new Metadata();
    headers.put(
        IDENTITY,
        new CallerIdentity(RequestId.random(), id, null, 0, "stranger", "1", null).toBytes());
    return Caller.unary(
        io.grpc.ClientInterceptors.intercept(
            over, MetadataUtils.newAttachHeadersInterceptor(headers)),
        null);
  }

  private long dropped() {
    return callee.peer().ripcord().counters().controlMessagesDropped();
  }

  @Test
  void aCancel_endsTheCallItNames() throws Exception {
    Caller call = callNamed(7, channel);
    Caller other = callNamed(8, channel);
    await().until(() -> callee.begun() == 2);
    Raw.greeted(channel).send(cancel(7, canceled()));
    assertThat(callee.end().reason().code()).isEqualTo("ADMIN");
    assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(other.isClosed()).isFalse();
  }

  @Test
  void aCancelBeforeItsCall_isKept() throws Exception {
    Raw.greeted(channel).send(cancel(7, canceled()));
    await().until(() -> callee.peer().ripcord().counters().reasonsEarly() == 1);
    Caller call = callNamed(7, channel);
    assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(call.status().getDescription()).contains("ADMIN");
    // The call is closed before anybody comes to its handler.
    await().until(() -> callee.peer().ripcord().counters().callsSkipped() == 1);
    assertThat(callee.begun()).isZero();
  }

  @Test
  void earlyCancels_areBounded() throws Exception {
    Raw raw = Raw.greeted(channel);
    for (int message = 0; message < 10; message++) {
      Cancel.Builder cancel = Cancel.newBuilder().setCancellation(canceled());
      for (int i = 0; i < 1000; i++) {
        cancel.addContextIds(message * 1000L + i);
      }
      raw.send(FromCaller.newBuilder().setCancel(cancel).build());
    }
    await().until(() -> callee.peer().ripcord().counters().reasonsEarly() == 10_000);
    assertThat(callee.peer().ripcord().counters().reasonsForgotten()).isEqualTo(10_000 - 1024);
  }

  @Test
  void anotherConnectionsCalls_cannotBeEnded() throws Exception {
    Peer innocent = Peer.plain();
    try {
      Caller call = callNamed(7, innocent.channelTo(callee.peer()));
      callee.awaitCall();
      Raw.greeted(channel).send(cancel(7, canceled()));
      await().until(() -> callee.peer().ripcord().counters().reasonsEarly() == 1);
      assertThat(call.isClosed()).isFalse();
      assertThat(callee.peer().ripcord().liveCalls()).isEqualTo(1);
    } finally {
      innocent.close();
    }
  }

  @Test
  void beforeHello_nothingIsTaken() throws Exception {
    Caller call = callNamed(7, channel);
    callee.awaitCall();
    Raw raw = new Raw(channel);
    raw.send(cancel(7, canceled()));
    await().until(() -> dropped() == 1);
    assertThat(call.isClosed()).isFalse();
  }

  @Test
  void afterTooManySenselessMessages_thatStreamAloneIsClosed() throws Exception {
    Caller call = callNamed(7, channel);
    callee.awaitCall();
    Raw raw = Raw.greeted(channel);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      byte[] garbage = new byte[1 + random.nextInt(64)];
      random.nextBytes(garbage);
      garbage[0] = 0x0f; // no field of ours, no wire type of protobuf's
      raw.send(garbage);
    }
    assertThat(raw.end.get(30, TimeUnit.SECONDS).getCode())
        .as("seed %d", seed)
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(dropped()).isEqualTo(101);
    assertThat(callee.peer().ripcord().counters().controlStreamsCut()).isEqualTo(1);
    assertThat(call.isClosed()).isFalse();
    assertThat(Caller.unary(channel, null, Station.ECHO).status().isOk()).isTrue();
  }

  @Test
  void tooLong_tooManyIds_noIds_noSense_isDropped() throws Exception {
    Caller call = callNamed(7, channel);
    callee.awaitCall();
    Raw raw = Raw.greeted(channel);
    raw.send(new byte[1_000_000]);
    Cancel.Builder many = Cancel.newBuilder().setCancellation(canceled());
    for (int i = 0; i < 1100; i++) {
      many.addContextIds(7);
    }
    raw.send(FromCaller.newBuilder().setCancel(many).build());
    raw.send(
        FromCaller.newBuilder().setCancel(Cancel.newBuilder().setCancellation(canceled())).build());
    raw.send(cancel(7, dev.ripcord.proto.v1.Cancellation.newBuilder()));
    raw.send(cancel(7, canceled().setReason(Reason.newBuilder().setCode("no code"))));
    raw.send(hello());
    dev.ripcord.proto.v1.Cancellation.Builder far = canceled();
    for (int i = 0; i < 1000; i++) {
      far.addPath(Hop.newBuilder().setService("s" + i).setInstance("1"));
    }
    raw.send(cancel(7, far));
    await().until(() -> dropped() == 7);
    assertThat(call.isClosed()).isFalse();
  }

  @Test
  void whatIsTaken_isBoundedAndPrintable() throws Exception {
    Caller unused = callNamed(7, channel);
    callee.awaitCall();
    dev.ripcord.proto.v1.Cancellation.Builder nasty =
        canceled().setReason(REASON.toBuilder().setMessage("\u001b[2Jgone\r\n\u202eevil"));
    nasty.getOriginBuilder().setService("a\u0007b").setContextId(ByteString.copyFromUtf8("short"));
    for (int i = 0; i < 40; i++) {
      nasty.addPath(Hop.newBuilder().setService("s" + i).setInstance("1"));
    }
    Raw.greeted(channel).send(cancel(7, nasty));
    Cancellation end = callee.end();
    assertThat(end.reason().message()).isEqualTo("?[2Jgone???evil");
    assertThat(end.origin()).isNotNull();
    assertThat(end.origin().service()).isEqualTo("a?b");
    assertThat(end.path()).hasSize(16);
    assertThat(end.path().get(15).toString()).isEqualTo("callee/1");
  }

  @Test
  void anything_isSurvived() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Caller call = callNamed(7, channel);
    callee.awaitCall();
    byte[] good = cancel(99, canceled()).toByteArray();
    for (int stream = 0; stream < 30; stream++) {
      Raw raw = Raw.greeted(channel);
      for (int i = 0; i < 100; i++) {
        byte[] bad = good.clone();
        for (int flips = random.nextInt(4); flips >= 0; flips--) {
          // The tail may be anything; the id's own bytes stay, lest it become the innocent's.
          int at = 12 + random.nextInt(bad.length - 12);
          bad[at] = (byte) random.nextInt();
        }
        raw.send(bad);
      }
      raw.call.halfClose();
      Status end = raw.end.get(30, TimeUnit.SECONDS);
      assertThat(end.getCode())
          .as("seed %d", seed)
          .isIn(Status.Code.OK, Status.Code.RESOURCE_EXHAUSTED);
    }
    assertThat(call.isClosed()).as("seed %d", seed).isFalse();
    assertThat(Caller.unary(channel, null, Station.ECHO).status().isOk()).isTrue();
  }

  @Test
  void tooManyStreams_areRefused() throws Exception {
    Raw[] raws = new Raw[4];
    for (int i = 0; i < raws.length; i++) {
      raws[i] = Raw.greeted(channel);
    }
    assertThat(new Raw(channel).end.get(30, TimeUnit.SECONDS).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    raws[0].call.halfClose();
    assertThat(raws[0].end.get(30, TimeUnit.SECONDS).isOk()).isTrue();
    Raw.greeted(channel).call.halfClose();
  }
}
