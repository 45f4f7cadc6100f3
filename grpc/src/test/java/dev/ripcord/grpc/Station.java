package dev.ripcord.grpc;

import static org.awaitility.Awaitility.await;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process whose handlers wait, without a thread, for their context's end, perhaps with a call to
 * the next process open meanwhile; and tell what the end was.
 */
final class Station implements AutoCloseable {
  /** A request that is answered at once. */
  static final String ECHO = "echo";

  static final Duration LONG = Duration.ofSeconds(30);

  private final Peer peer;
  private final boolean plain;
  private final BlockingQueue<Cancellation> ends = new LinkedBlockingQueue<>();
  private final AtomicInteger begun = new AtomicInteger();
  private volatile @Nullable ManagedChannel next;
  private @Nullable Cancellation end;

  private Station(Peer peer, boolean plain, Consumer<NettyServerBuilder> settings) {
    this.peer = peer;
    this.plain = plain;
    peer.settings(settings)
        .asyncUnary(this::begin)
        .serverStream(this::begin)
        .clientStream(this::beginStream)
        .bidi(this::beginStream)
        .start();
  }

  static Station named(String service) {
    return new Station(Peer.named(service), false, builder -> {});
  }

  static Station named(String service, Consumer<NettyServerBuilder> settings) {
    return new Station(Peer.named(service), false, settings);
  }

  static Station at(InetSocketAddress address, String service) {
    return new Station(Peer.named(service).at(address), false, builder -> {});
  }

  static Station of(Peer peer) {
    return new Station(peer, false, builder -> {});
  }

  static Station plain() {
    return new Station(Peer.plain(), true, builder -> {});
  }

  Station callingOn(Station callee) {
    next = peer.channelTo(callee.peer());
    return this;
  }

  Peer peer() {
    return peer;
  }

  private StreamObserver<String> beginStream(StreamObserver<String> responses) {
    begin("", responses);
    return new StreamObserver<>() {
      @Override
      public void onNext(String request) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  private void begin(String request, StreamObserver<String> responses) {
    if (request.equals(ECHO)) {
      responses.onNext(request);
      responses.onCompleted();
      return;
    }
    ((ServerCallStreamObserver<String>) responses).setOnCancelHandler(() -> {});
    ManagedChannel callee = next;
    if (callee != null) {
      Caller unused = Caller.unary(callee, plain ? null : Context.current(), request);
    }
    if (!plain) {
      Context.current().onDone(Runnable::run, ends::add);
    }
    begun.incrementAndGet();
  }

  int begun() {
    return begun.get();
  }

  /** A handler waits. */
  void awaitCall() {
    await().until(() -> begun.get() > 0);
  }

  /** Callers can tell reasons. */
  void awaitControl() {
    await().until(() -> peer.ripcord().counters().controlStreamsAccepted() > 0);
  }

  void awaitCallAndControl() {
    awaitCall();
    awaitControl();
  }

  /** What ended the first call. */
  Cancellation end() throws InterruptedException {
    if (end == null) {
      end = ends(1).get(0);
    }
    return end;
  }

  /** What ended the next {@code count} calls. */
  List<Cancellation> ends(int count) throws InterruptedException {
    List<Cancellation> some = new ArrayList<>();
    while (some.size() < count) {
      Cancellation one = ends.poll(LONG.toSeconds(), TimeUnit.SECONDS);
      if (one == null) {
        throw new AssertionError("only " + some.size() + " of " + count + " calls ended");
      }
      some.add(one);
    }
    return some;
  }

  @Override
  public void close() {
    peer.close();
  }
}
