package dev.ripcord.grpc;

import dev.ripcord.proto.v1.Event;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches. Whoever lets something happen only puts it into the watcher's queue; the
 * background thread takes it out, as fast as the watcher reads. If the queue is full the watcher is
 * cut off: it has missed something, and must look anew.
 */
final class Watcher implements CallEvents {
  private static final Logger LOG = System.getLogger(Watcher.class.getName());

  static final int MOST_WAITING = 4096;

  private final Calls calls;
  private final NodeView view;
  private final @Nullable RequestId only;
  private final ServerCallStreamObserver<Event> observer;
  private final BlockingQueue<Supplier<Event>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicInteger wakes = new AtomicInteger(); // not 0: the background thread is at it
  private volatile Iterator<HandledCall> live = Collections.emptyIterator(); // set once, by begin
  private volatile @Nullable Status end; // set when no more is to be sent
  private boolean closed; // only the background thread reads and writes it

  Watcher(
      Calls calls,
      NodeView view,
      @Nullable RequestId only,
      ServerCallStreamObserver<Event> observer) {
    this.calls = calls;
    this.view = view;
    this.only = only;
    this.observer = observer;
  }

  /** False if {@code most} watch already. What is live comes before what happens from now on. */
  boolean begin(boolean includeLive, int most) {
    observer.setOnReadyHandler(this::wake);
    observer.setOnCancelHandler(() -> end(Status.CANCELLED));
    if (!calls.listen(this, most)) {
      return false;
    }
    if (includeLive) {
      live = (only == null ? calls.live() : calls.live().of(only)).iterator();
    }
    wake();
    return true;
  }

  @Override
  public void happened(Event.Type what, HandledCall call, long nanos) {
    if (isFor(call.identity())) {
      tell(() -> view.of(what, call, nanos));
    }
  }

  @Override
  public void overdue(Late late, Overdue seen) {
    if (isFor(seen.work().call())) {
      tell(() -> view.of(late, seen, calls));
    }
  }

  private boolean isFor(CallIdentity call) {
    return end == null && (only == null || only.equals(call.requestId()));
  }

  private void tell(Supplier<Event> event) {
    if (waiting.offer(event)) {
      wake();
    } else {
      end(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "cut off: " + MOST_WAITING + " events were waiting to be read"));
    }
  }

  @Override
  public void drained() {
    end(Status.UNAVAILABLE.withDescription("the process has shut down"));
  }

  private void end(Status status) {
    if (end == null) {
      end = status;
    }
    calls.leave(this);
    wake();
  }

  private void wake() {
    if (wakes.getAndIncrement() == 0) {
      calls.background().execute(this::send);
    }
  }

  private void send() {
    int seen = wakes.get();
    while (seen != 0) {
      try {
        sendWhatIsThere();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a watcher could not be told and is cut off", e);
        end(Status.INTERNAL);
      }
      seen = wakes.addAndGet(-seen);
    }
  }

  private void sendWhatIsThere() {
    Status status = end;
    boolean cut = status != null && status.getCode() != Status.Code.UNAVAILABLE;
    while (!cut && !closed && observer.isReady()) {
      Event event = next();
      if (event == null) {
        break;
      }
      observer.onNext(event);
    }
    if (status != null && !closed) {
      closed = true;
      waiting.clear();
      live = Collections.emptyIterator();
      observer.onError(status.asRuntimeException());
    }
  }

  private @Nullable Event next() {
    while (live.hasNext()) {
      HandledCall call = live.next();
      if (!call.isStopped()) {
        return Event.newBuilder().setType(Event.Type.OPENED).setNode(view.of(call)).build();
      }
    }
    Supplier<Event> next = waiting.poll();
    return next == null ? null : next.get();
  }
}
