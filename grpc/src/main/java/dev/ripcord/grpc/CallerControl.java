package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.grpc.Counters.Event;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.ControlGrpc;
import dev.ripcord.proto.v1.FromCallee;
import dev.ripcord.proto.v1.FromCaller;
import dev.ripcord.proto.v1.Hello;
import dev.ripcord.proto.v1.Stopped;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The caller's end of a control stream.
 *
 * <pre>
 *   open ──► headers out ──► adopted by the connection it is on ──► says Hello, tells, probes ──► finished or abandoned
 *                       └──► that has one already: finished without a word
 * </pre>
 *
 * <p>One message is on its way to the socket at a time: what comes up meanwhile goes together in
 * the next. So a lone cancel leaves at once, and a storm makes few large messages.
 */
final class CallerControl extends ClientCall.Listener<FromCallee> {
  static final int VERSION = 1;

  private static final int MAX_IDS = 512;
  private static final int MAX_INBOUND_BYTES = 64 * 1024;
  private static final int MAX_AWAITED = 8192;
  private static final int CANCEL_BYTES = 64; // what a Cancel of few calls has beside the reason
  private static final long GOODBYE_MILLIS = 500;
  private static final byte[] PROBE = FromCaller.getDefaultInstance().toByteArray();
  private static final MethodDescriptor<byte[], FromCallee> OPEN =
      ControlGrpc.getOpenMethod().toBuilder(
              new Written(), ControlGrpc.getOpenMethod().getResponseMarshaller())
          .build();

  private static final int STARTED = 1;
  private static final int OUT = 2;
  private static final int SETTLED = STARTED | OUT;

  /** A call that has ended, and how far its callee has been told. */
  final class Ended {
    private final long contextId;
    private final Cancellation why;
    private final @Nullable CallIdentity of;
    private final byte @Nullable [] onward; // why, if it has just come
    private volatile boolean out; // its Cancel is

    private Ended(long contextId, Cancellation why, @Nullable CallIdentity of) {
      this.contextId = contextId;
      this.why = why;
      this.of = of;
      this.onward = Telling.onward(why);
    }

    /** Whether both callees are told the same. */
    private boolean endedLike(Ended other) {
      return WireCancellation.isSame(why, other.why) && (of == other.of || why.origin() != null);
    }

    /** Whether a reset of the call would come after its Cancel, or no Cancel will ever come. */
    boolean isTold() {
      return closed || abandoned || (out && understood);
    }

    /** Tells the call's own caller when its callee has been told. */
    void thenEndHere(LocalEnds.Endable call) {
      whenOut(() -> endHereNow(call));
    }

    /** The same, by the caller's own executor: that of a blocked thread, mostly. */
    void thenWake(LocalEnds.Endable call) {
      whenOut(() -> call.endHere(Runnable::run));
    }

    /** Tells the call's own caller. */
    void endHereNow(LocalEnds.Endable call) {
      localEnds.add(call);
    }
  }

  private final CallerConnection.Shared shared;
  private final CallerConnection owner;
  private final CalledChannel channel;
  private final ClientCall<byte[], FromCallee> call; // of FromCaller
  private final AtomicInteger phase = new AtomicInteger();
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> whenOut = new ConcurrentLinkedQueue<>();
  // When the calls ended whose handlers have not been reported to have stopped.
  private final Map<Long, Long> awaited = new ConcurrentHashMap<>();
  private final AtomicInteger drains = new AtomicInteger(); // not zero: somebody is sending

  private volatile @Nullable CallerConnection on; // where its stream is
  private volatile @Nullable CallerConnection adoptedBy; // set once
  private final LocalEnds localEnds;
  private volatile boolean finishing;
  private volatile boolean abandoned;
  private volatile boolean understood; // the callee has answered
  private volatile boolean closed;

  // Of whoever is sending.
  private boolean greeted;
  private final List<Ended> underWay = new ArrayList<>(); // in the message sent last
  private CallStreams.@Nullable One suspect; // goes out before the message sent last, or waits
  private boolean halfClosed;
  private @Nullable Cancellation lastWhy;
  private byte @Nullable [] lastTold;
  private int toldBlindly; // before the callee has answered

  CallerControl(CallerConnection.Shared shared, CallerConnection owner, CalledChannel channel) {
    this.shared = shared;
    this.owner = owner;
    this.channel = channel;
    this.localEnds = new LocalEnds(channel);
    this.call =
        channel
            .channel()
            .newCall(
                OPEN,
                CallOptions.DEFAULT
                    .withExecutor(Runnable::run)
                    .withOnReadyThreshold(1)
                    .withMaxInboundMessageSize(MAX_INBOUND_BYTES)
                    .withCallCredentials(new AsksForTheExecutor())
                    .withStreamTracerFactory(new Streams()));
  }

  // Coming to be.

  void open() {
    call.start(this, new Metadata());
    call.request(1);
    step(STARTED);
  }

  /** gRPC must not be used before start has returned; nor is the stream's place known before. */
  private void step(int bit) {
    int before = phase.getAndUpdate(bits -> bits | bit);
    if (before != SETTLED && (before | bit) == SETTLED) {
      settle();
    }
  }

  private void settle() {
    CallerConnection here = on;
    adoptedBy = here;
    if (here != null && here.adopt(this)) {
      drain();
    } else {
      adoptedBy = null;
      shared.counters().count(Event.CONTROL_STREAMS_UNUSED);
      finish();
    }
    owner.landed(this, here, channel);
  }

  /** It may wait for a connection for ever otherwise. */
  void landOrLeave() {
    if (phase.get() != SETTLED && !closed) {
      abandon();
    }
  }

  // What is sent.

  /** Null if the callee cannot be told any more. */
  @Nullable Ended tell(long contextId, Cancellation why, @Nullable CallIdentity of) {
    if (closed || abandoned) {
      return null;
    }
    Ended one = new Ended(contextId, why, of);
    ended.add(one);
    if (!Telling.sends(this)) {
      drain();
    }
    if (closed) {
      countUntold();
    }
    return one;
  }

  /**
   * Runs {@code work} when what was told so far is out, or will never be; on whatever thread finds
   * that. It must not block.
   */
  void whenOut(Runnable work) {
    whenOut.add(work);
    if (closed || abandoned) {
      runWhatWaited();
    } else if (!Telling.sends(this)) {
      drain();
    }
  }

  /**
   * Sends what there is to tell, as far as the connection takes it, and looks whether its suspect
   * goes out or waits for a stream.
   */
  void send() {
    drain();
  }

  private void runWhatWaited() {
    for (Runnable work = whenOut.poll(); work != null; work = whenOut.poll()) {
      work.run();
    }
  }

  /**
   * Ends the stream as soon as everything has been sent. Not by a reset: Netty would let the next
   * call have the stream, and not flush what that has to say.
   */
  void finish() {
    finishing = true;
    drain();
    shared.resets().later(this::abandon, GOODBYE_MILLIS);
  }

  /** Ends the stream at once. */
  void abandon() {
    if (!closed) {
      abandoned = true;
      call.cancel("the control stream was of no use", null);
      runWhatWaited();
    }
  }

  @Override
  public void onReady() {
    if (phase.get() == SETTLED) {
      drain();
    }
  }

  private void drain() {
    if (drains.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      sendWhileReady();
      seen = drains.addAndGet(-seen);
    } while (seen != 0);
  }

  private void sendWhileReady() {
    CallerConnection here = adoptedBy;
    if (here == null) {
      halfCloseIfFinishing();
      return;
    }
    while (!closed && !abandoned && !halfClosed && (finishing || call.isReady())) {
      underWay.forEach(one -> one.out = true);
      underWay.clear();
      if (ended.isEmpty()) {
        runWhatWaited();
      }
      CallStreams.One before = suspect;
      if (before != null && before.isWaiting() && !finishing) {
        here.isScarce(this);
      }
      // Taken before anything is sent: it was under way by then, and goes out before the message.
      suspect = here.takeSuspect();
      byte[] next = next(suspect != null);
      if (next == null) {
        halfCloseIfFinishing();
        return;
      }
      send(next);
    }
  }

  private void send(byte[] message) {
    try {
      call.sendMessage(message);
    } catch (IllegalStateException e) {
      // It has been abandoned meanwhile.
      if (!abandoned) {
        throw e;
      }
    }
  }

  private byte @Nullable [] next(boolean probe) {
    if (!greeted) {
      greeted = true;
      return hello();
    }
    Ended first = ended.poll();
    return first == null ? (probe ? PROBE : null) : cancel(first);
  }

  private byte[] hello() {
    Self self = shared.reasons().self();
    return FromCaller.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setVersion(VERSION)
                .setService(self.service())
                .setInstance(self.instance()))
        .build()
        .toByteArray();
  }

  /** With all that ended by the same, as far as it is known yet. */
  private byte[] cancel(Ended first) {
    byte[] why = told(first);
    MessageBytes message = new MessageBytes(why.length + CANCEL_BYTES);
    int cancel = message.begin(FromCaller.CANCEL_FIELD_NUMBER);
    int contextIds = message.begin(Cancel.CONTEXT_IDS_FIELD_NUMBER);
    int count = 0;
    for (Ended one = first; one != null; one = another(first, count)) {
      message.fixed64(one.contextId);
      count++;
      underWay.add(one);
      await(one);
    }
    message.end(contextIds);
    message.bytes(Cancel.CANCELLATION_FIELD_NUMBER, why);
    message.end(cancel);
    if (!understood) {
      toldBlindly += count;
    }
    return message.toBytes();
  }

  /** The next that ended by the same, if it is the next at all and there is room for it. */
  private @Nullable Ended another(Ended first, int ids) {
    Ended next = ended.peek();
    if (next == null || ids == MAX_IDS || !next.endedLike(first)) {
      return null;
    }
    ended.remove();
    return next;
  }

  private byte[] told(Ended first) {
    if (first.onward != null) {
      return first.onward;
    }
    byte[] told = lastTold;
    Cancellation before = lastWhy;
    if (told == null
        || before == null
        || !WireCancellation.isSame(before, first.why)
        || first.why.origin() == null) {
      String contextId = first.of == null ? "" : first.of.contextId();
      told = WireCancellation.toBytes(shared.reasons().leaving(first.why, contextId));
      lastWhy = first.why;
      lastTold = told;
    }
    return told;
  }

  private void await(Ended one) {
    if (awaited.size() >= MAX_AWAITED) {
      // Calls that were answered just before are never reported.
      awaited.clear();
    }
    awaited.put(one.contextId, System.nanoTime() - one.why.age().toNanos());
  }

  private void halfCloseIfFinishing() {
    if (finishing && !halfClosed && !closed && !abandoned) {
      halfClosed = true;
      call.halfClose();
    }
  }

  // What comes back.

  @Override
  public void onMessage(FromCallee message) {
    understood = true;
    Stopped stopped = message.getStopped();
    for (int i = 0; i < stopped.getContextIdsCount(); i++) {
      Long endedNanos = awaited.remove(stopped.getContextIds(i));
      if (endedNanos != null) {
        long ago = i < stopped.getMicrosAgoCount() ? stopped.getMicrosAgo(i) : 0;
        long took = System.nanoTime() - endedNanos;
        // A peer's word: never before the end.
        shared.calleesStopTimes().add(Math.max(0, took - TimeUnit.MICROSECONDS.toNanos(ago)));
      }
    }
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    closed = true;
    boolean plain = status.getCode() == Status.Code.UNIMPLEMENTED;
    CallerConnection here = adoptedBy;
    if (phase.get() != SETTLED) {
      owner.neverLanded(plain);
    } else if (here != null) {
      here.ended(this, plain, status.isOk() || finishing);
    }
    awaited.clear();
    countUntold();
    runWhatWaited();
  }

  private void countUntold() {
    int untold = understood ? 0 : toldBlindly;
    toldBlindly = 0;
    while (ended.poll() != null) {
      untold++;
    }
    shared.counters().count(Event.REASONS_UNDELIVERED, untold);
  }

  /** Messages are written by hand here. */
  private static final class Written implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new IllegalStateException("callers send them");
    }
  }

  /** Where the stream comes to be; a second one, if gRPC tries again. */
  private final class Streams extends ClientStreamTracer.Factory {
    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamCreated(Attributes transport, Metadata sent) {
          if (phase.get() != SETTLED) {
            on = transport.get(CallerConnection.KEY);
          } else {
            // Not where we think it is any more.
            shared.resets().later(CallerControl.this::abandon, 0);
          }
        }

        @Override
        public void outboundHeaders() {
          step(OUT);
        }
      };
    }
  }

  /** Adds nothing to the call. It is the one whom gRPC tells where the channel does long work. */
  private final class AsksForTheExecutor extends CallCredentials {
    @Override
    public void applyRequestMetadata(RequestInfo info, Executor offload, MetadataApplier applier) {
      applier.apply(new Metadata());
      channel.offloadsTo(offload);
    }
  }
}
