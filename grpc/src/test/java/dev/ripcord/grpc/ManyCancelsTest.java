package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every cancel's reason reaches every node, however many there are. */
class ManyCancelsTest {
  private static final int CANCELS =
      "long".equals(System.getProperty("ripcord.effort")) ? 100_000 : 20_000;
  private static final int AT_ONCE = 64;

  /** A handler that passes its request on, if there is anybody to pass it on to, and waits. */
  private static final class Link {
    final AtomicInteger told = new AtomicInteger();
    final AtomicInteger untold = new AtomicInteger();
    final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    final BlockingQueue<String> wrong = new LinkedBlockingQueue<>();
    volatile ManagedChannel next;

    void handle(String request, StreamObserver<String> responses) {
      if (request.equals(Station.ECHO)) {
        responses.onNext(request);
        responses.onCompleted();
        return;
      }
      ManagedChannel callee = next;
      if (callee != null) {
        Caller unused = Caller.unary(callee, Context.current(), request);
      }
      Context.current().onDone(Runnable::run, end -> look(request, end));
      begun.add(request);
    }

    private void look(String request, Cancellation end) {
      Reason reason = end.reason();
      if (reason.hasCodeOf(Reason.USER_CANCELED) && reason.message().equals(request)) {
        told.incrementAndGet();
      } else if (reason.equals(Reason.CLIENT_CANCELED)) {
        untold.incrementAndGet();
      } else {
        wrong.add(request + ": " + end);
      }
    }

    int ended() {
      return told.get() + untold.get() + wrong.size();
    }
  }

  private static Peer link(String service, Link link) {
    return Peer.named(service).asyncUnary(link::handle).start();
  }

  //  edge ──► middle ──► leaf, and calls that are answered all the while
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void everyReason_reachesEveryNode() throws Exception {
    Link leaf = new Link();
    Link middle = new Link();
    try (Peer last = link("leaf", leaf);
        Peer second = link("middle", middle);
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(second);
      ManagedChannel toLast = second.channelTo(last);
      middle.next = toLast;
      AtomicBoolean enough = new AtomicBoolean();
      List<Thread> load = List.of(echoes(channel, enough), echoes(toLast, enough));
      await().until(() -> last.ripcord().counters().controlStreamsAccepted() > 0);
      await().until(() -> second.ripcord().counters().controlStreamsAccepted() > 0);
      Map<String, CancelScope> running = new ConcurrentHashMap<>();
      for (int i = 0; i < CANCELS + AT_ONCE; i++) {
        if (i < CANCELS) {
          begin(channel, Integer.toString(i), running);
        }
        if (i >= AT_ONCE) {
          String begun = leaf.begun.poll(30, TimeUnit.SECONDS);
          assertThat(begun).isNotNull();
          running.remove(begun).cancel(Reason.USER_CANCELED.withMessage(begun));
        }
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> leaf.ended() == CANCELS && middle.ended() == CANCELS);
      enough.set(true);
      for (Thread thread : load) {
        thread.join();
      }
      assertThat(leaf.wrong).isEmpty();
      assertThat(middle.wrong).isEmpty();
      int untold = leaf.untold.get() + middle.untold.get();
      assertThat(untold).isLessThanOrEqualTo(CANCELS / 10_000);
      assertThat(
              edge.ripcord().counters().reasonsUndelivered()
                  + second.ripcord().counters().reasonsUndelivered())
          .isGreaterThanOrEqualTo(untold > 0 ? 1 : 0);
      await().until(() -> second.ripcord().liveCalls() + last.ripcord().liveCalls() == 0);
    }
  }

  /** Far more than fit one message. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void oneCancelOfManyCalls_tellsEachOfThem() throws Exception {
    Link leaf = new Link();
    try (Peer last = link("leaf", leaf);
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(last);
      CancelScope scope = Context.background().withCancel();
      for (int i = 0; i < CANCELS; i++) {
        Caller unused = Caller.unary(channel, scope.context(), "all");
      }
      await().atMost(Duration.ofMinutes(2)).until(() -> leaf.begun.size() == CANCELS);
      await().until(() -> last.ripcord().counters().controlStreamsAccepted() > 0);

      scope.cancel(Reason.USER_CANCELED.withMessage("all"));

      await().atMost(Duration.ofMinutes(2)).until(() -> leaf.ended() == CANCELS);
      assertThat(leaf.untold).hasValue(0);
      assertThat(leaf.wrong).isEmpty();
    }
  }

  private static void begin(ManagedChannel channel, String name, Map<String, CancelScope> running) {
    CancelScope scope = Context.background().withCancel();
    running.put(name, scope);
    Caller unused = Caller.unary(channel, scope.context(), name);
  }

  private static Thread echoes(ManagedChannel channel, AtomicBoolean enough) {
    Thread thread =
        new Thread(
            () -> {
              while (!enough.get()) {
                try {
                  ClientCalls.blockingUnaryCall(
                      channel, Strings.UNARY, CallOptions.DEFAULT, Station.ECHO);
                } catch (StatusRuntimeException gone) {
                  return;
                }
              }
            });
    thread.start();
    return thread;
  }

  /** A server set up against rapid resets takes a storm of ours for no attack. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aStormOfCancels_endsNoConnection() throws Exception {
    try (Station callee = Station.named("callee", ManyCancelsTest::againstRapidResets);
        Peer edge = Peer.named("edge");
        CancelScope innocent = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      Caller slow = Caller.unary(channel, innocent.context());
      callee.awaitCallAndControl();
      List<Caller> calls = new ArrayList<>();
      for (int i = 0; i < CANCELS; i++) {
        CancelScope scope = Context.background().withCancel();
        calls.add(Caller.unary(channel, scope.context()));
        scope.cancel(Reason.SUPERSEDED);
      }
      for (Caller call : calls) {
        assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      }
      assertThat(slow.isClosed()).isFalse();
      assertThat(
              ClientCalls.blockingUnaryCall(
                  channel, Strings.UNARY, CallOptions.DEFAULT, Station.ECHO))
          .isEqualTo(Station.ECHO);
      await().until(() -> callee.peer().ripcord().liveCalls() == 1);
      assertThat(slow.isClosed()).isFalse();
      innocent.cancel(Reason.USER_CANCELED);
      assertThat(slow.status().getDescription()).contains("USER_CANCELED");
      // One connection all the time.
      assertThat(callee.peer().ripcord().counters().controlStreamsAccepted()).isEqualTo(1);
    }
  }

  private static void againstRapidResets(NettyServerBuilder settings) {
    settings.maxRstFramesPerWindow(100, 30);
  }
}
