package dev.ripcord.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.ripcord.grpc.Counters.Event;
import dev.ripcord.proto.v1.FromCallee;
import dev.ripcord.proto.v1.FromCaller;
import dev.ripcord.proto.v1.Hello;
import dev.ripcord.proto.v1.Stopped;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The callee's end of a control stream. Its messages come on the transport's thread; what they end
 * is ended there and then.
 */
final class CalleeControl extends ServerCall.Listener<ControlMessage> {
  private static final int MAX_FAULTS = 100;
  private static final int MAX_STOPPED = 512;
  private static final int MAX_STOPPED_WAITING = 8192;
  // Far more than a caller that batches can come to.
  private static final int MAX_MESSAGES = 200_000;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ServerCall<ControlMessage, FromCallee> call;
  private final CalleeConnection connection;
  private final Reasons reasons;
  private final Counters counters;

  // Of gRPC's callbacks, one at a time.
  private boolean greeted;
  private int faults;
  private int messages; // in the window
  private long windowNanos = System.nanoTime();

  /** A call whose handler has returned, and when. */
  private record StoppedCall(long contextId, long nanos) {}

  private final Queue<StoppedCall> stopped = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean reportPlanned = new AtomicBoolean();
  private final AtomicInteger stoppedWaiting = new AtomicInteger();
  private final AtomicInteger drains = new AtomicInteger(); // not zero: somebody is sending
  private volatile boolean answering; // Hello may be sent
  private volatile boolean closing;
  private boolean answered; // of whoever is sending
  private boolean closed; // of whoever is sending
  private volatile Status end = Status.OK;

  CalleeControl(
      ServerCall<ControlMessage, FromCallee> call,
      CalleeConnection connection,
      Reasons reasons,
      Counters counters) {
    this.call = call;
    this.connection = connection;
    this.reasons = reasons;
    this.counters = counters;
  }

  void open() {
    call.setOnReadyThreshold(1);
    call.sendHeaders(new Metadata());
    call.request(1);
  }

  // What the caller says.

  @Override
  public void onMessage(ControlMessage message) {
    if (closing) {
      return;
    }
    if (!reasons.areOn()) {
      close(Status.UNIMPLEMENTED.withDescription("reasons are turned off"));
      return;
    }
    byte[] said = message.bytes();
    if (isFlood()) {
      cut("too many messages");
    } else if (said == null || !understand(said)) {
      counters.count(Event.CONTROL_MESSAGES_DROPPED);
      if (++faults > MAX_FAULTS) {
        cut("too many messages that make no sense");
      }
    }
    call.request(1);
  }

  private boolean isFlood() {
    long now = System.nanoTime();
    if (now - windowNanos > WINDOW_NANOS) {
      windowNanos = now;
      messages = 0;
    }
    return ++messages > MAX_MESSAGES;
  }

  /** False if the message makes no sense. */
  private boolean understand(byte[] bytes) {
    CancelMessage cancel = CancelMessage.read(bytes);
    if (cancel != null) {
      return cancel(cancel);
    }
    try {
      return understand(FromCaller.parseFrom(bytes));
    } catch (InvalidProtocolBufferException senseless) {
      return false;
    }
  }

  private boolean understand(FromCaller said) {
    return switch (said.getMessageCase()) {
      case HELLO -> hello(said.getHello());
      case CANCEL -> cancel(CancelMessage.of(said.getCancel()));
      // A probe.
      case MESSAGE_NOT_SET -> greeted && said.getUnknownFields().getSerializedSize() == 0;
    };
  }

  private boolean hello(Hello hello) {
    if (greeted || hello.getVersion() == 0) {
      return false;
    }
    greeted = true;
    connection.controlBegins();
    counters.count(Event.CONTROL_STREAMS_ACCEPTED);
    answering = true;
    drain();
    return true;
  }

  private boolean cancel(@Nullable CancelMessage cancel) {
    if (!greeted || cancel == null) {
      return false;
    }
    connection.end(cancel, reasons.coming(cancel.told()), this);
    return true;
  }

  @Override
  public void onHalfClose() {
    close(Status.OK);
  }

  @Override
  public void onCancel() {
    closing = true;
    connection.controlEnded();
  }

  @Override
  public void onComplete() {
    connection.controlEnded();
  }

  @Override
  public void onReady() {
    drain();
  }

  private void cut(String why) {
    counters.count(Event.CONTROL_STREAMS_CUT);
    close(Status.RESOURCE_EXHAUSTED.withDescription(why));
  }

  private void close(Status status) {
    end = status;
    closing = true;
    drain();
  }

  // What is said to the caller.

  /**
   * The handler of a call that was ended over this stream has returned. The caller is told within
   * some 20 ms, of all calls at once: it does not wait for this, and is busy with the end itself.
   */
  void stopped(long contextId) {
    if (closing) {
      return;
    }
    // A caller that does not read them is not owed them.
    if (stoppedWaiting.get() < MAX_STOPPED_WAITING) {
      stoppedWaiting.incrementAndGet();
      stopped.add(new StoppedCall(contextId, System.nanoTime()));
      if (reportPlanned.compareAndSet(false, true)) {
        connection.atNextLook(this::report);
      }
    }
  }

  private void report() {
    reportPlanned.set(false);
    drain();
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
    if (answering && !answered && !closing) {
      answered = true;
      call.sendMessage(hello());
    }
    while (answered && !closed && call.isReady() && !stopped.isEmpty() && !call.isCancelled()) {
      call.sendMessage(nextStopped());
    }
    if (closing && !closed && !call.isCancelled()) {
      closed = true;
      call.close(end, new Metadata());
    }
  }

  private FromCallee hello() {
    Self self = reasons.self();
    return FromCallee.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setVersion(CallerControl.VERSION)
                .setService(self.service())
                .setInstance(self.instance()))
        .build();
  }

  private FromCallee nextStopped() {
    long now = System.nanoTime();
    Stopped.Builder ids = Stopped.newBuilder();
    while (ids.getContextIdsCount() < MAX_STOPPED) {
      StoppedCall one = stopped.poll();
      if (one == null) {
        break;
      }
      stoppedWaiting.decrementAndGet();
      ids.addContextIds(one.contextId);
      ids.addMicrosAgo((int) TimeUnit.NANOSECONDS.toMicros(now - one.nanos));
    }
    return FromCallee.newBuilder().setStopped(ids).build();
  }
}
