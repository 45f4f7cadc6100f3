package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The control stream follows the calls and keeps nothing alive, nor any call waiting. */
class ControlStreamTest {
  private static final Duration SOON = Duration.ofMillis(1500);

  private static void echo(ManagedChannel channel) {
    assertThat(
            ClientCalls.blockingUnaryCall(
                channel, Strings.UNARY, CallOptions.DEFAULT, Station.ECHO))
        .isEqualTo(Station.ECHO);
  }

  // It keeps nothing alive.

  @Test
  void aChannel_shutsDownRightAfterItsLastCall() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      echo(channel);
      callee.awaitControl();
      channel.shutdown();
      assertThat(channel.awaitTermination(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    }
  }

  @Test
  void aServer_shutsDownRightAfterItsLastCall() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      Caller call = Caller.unary(channel, scope.context());
      callee.awaitCallAndControl();
      callee.peer().server().shutdown();
      scope.cancel(Reason.USER_CANCELED);
      assertThat(callee.end().reason()).isEqualTo(Reason.USER_CANCELED);
      assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(callee.peer().server().awaitTermination(SOON.toMillis(), TimeUnit.MILLISECONDS))
          .isTrue();
    }
  }

  @Test
  void anIdleChannel_goesIdle() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel =
          edge.channelTo(
              callee.peer().port(), settings -> settings.idleTimeout(1, TimeUnit.SECONDS));
      echo(channel);
      callee.awaitControl();
      await()
          .atMost(SOON.plusSeconds(1))
          .until(() -> channel.getState(false) == ConnectivityState.IDLE);
      echo(channel);
      await().until(() -> callee.peer().ripcord().counters().controlStreamsAccepted() == 2);
    }
  }

  @Test
  void anOldConnection_goesLongBeforeItsGraceIsOver() throws Exception {
    AtomicInteger gone = new AtomicInteger();
    try (Station callee =
            Station.named(
                "callee",
                settings ->
                    settings
                        .maxConnectionAge(300, TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(60, TimeUnit.SECONDS)
                        .addTransportFilter(
                            new ServerTransportFilter() {
                              @Override
                              public void transportTerminated(Attributes transport) {
                                gone.incrementAndGet();
                              }
                            }));
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      echo(channel);
      callee.awaitControl();
      await().atMost(SOON).until(() -> gone.get() >= 1);
      // The next connection has one of its own.
      try (CancelScope scope = Context.background().withCancel()) {
        Caller unused = Caller.unary(channel, scope.context());
        await().until(() -> callee.peer().ripcord().counters().controlStreamsAccepted() >= 2);
        callee.awaitCall();
        scope.cancel(Reason.USER_CANCELED);
        assertThat(callee.end().reason()).isEqualTo(Reason.USER_CANCELED);
      }
    }
  }

  /** GOAWAY: what runs goes on where it is, what comes goes elsewhere; both can be told. */
  @Test
  void aConnectionThatIsGivenNotice_tellsItsLastCallsWhy() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    try (Station callee =
            Station.named(
                "callee",
                settings ->
                    settings
                        .maxConnectionAge(2, TimeUnit.SECONDS)
                        .maxConnectionAgeGrace(60, TimeUnit.SECONDS)
                        .addTransportFilter(
                            new ServerTransportFilter() {
                              @Override
                              public Attributes transportReady(Attributes transport) {
                                connections.incrementAndGet();
                                return transport;
                              }
                            }));
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      Caller before = Caller.unary(channel, scope.context());
      callee.awaitCallAndControl();
      await()
          .until(
              () -> {
                echo(channel);
                return connections.get() == 2;
              });
      Caller after = Caller.unary(channel, scope.context());
      await().until(() -> callee.begun() == 2);
      await().until(() -> callee.peer().ripcord().counters().controlStreamsAccepted() == 2);

      scope.cancel(Reason.USER_CANCELED);

      assertThat(callee.ends(2))
          .extracting(end -> end.reason().code())
          .containsOnly("USER_CANCELED");
      assertThat(before.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(after.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(edge.ripcord().counters().reasonsUndelivered()).isZero();
    }
  }

  @Test
  void anUnusedConnection_hasNone() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      echo(channel);
      callee.awaitControl();
      // Only a call opens another, so there is none when the next is counted.
      await().atLeast(Duration.ofMillis(50)).pollDelay(Duration.ofSeconds(1)).until(() -> true);
      echo(channel);
      await().until(() -> callee.peer().ripcord().counters().controlStreamsAccepted() == 2);
    }
  }

  // It goes where the calls go.

  @Test
  void withSeveralConnections_eachHasOne() throws Exception {
    try (Station one = Station.named("one");
        Station two = Station.named("two");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      try (Spread spread = Spread.over(one.peer(), two.peer())) {
        ManagedChannel channel = spread.channelOf(edge, builder -> {});
        // Calls made before the second connection is ready all go out on the first.
        await()
            .until(
                () -> {
                  Caller unused = Caller.unary(channel, scope.context());
                  return one.begun() > 4 && two.begun() > 4;
                });
        one.awaitControl();
        two.awaitControl();
        scope.cancel(Reason.SUPERSEDED);
        List<Cancellation> ends = new ArrayList<>(one.ends(one.begun()));
        ends.addAll(two.ends(two.begun()));
        assertThat(ends).extracting(end -> end.reason().code()).containsOnly("SUPERSEDED");
      }
    }
  }

  // It takes no call's stream.

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whereStreamsAreScarce_callsHaveThemAll(int streams) throws Exception {
    try (Station callee =
            Station.named("callee", settings -> settings.maxConcurrentCallsPerConnection(streams));
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      int begun = 0;
      for (int round = 0; round < 50; round++) {
        try (CancelScope scope = Context.background().withCancel()) {
          echo(channel);
          for (int i = 0; i < streams; i++) {
            Caller unused = Caller.unary(channel, scope.context());
          }
          begun += streams;
          int all = begun;
          await().atMost(SOON).until(() -> callee.begun() == all);
          scope.cancel(Reason.USER_CANCELED);
          assertThat(callee.ends(streams))
              .extracting(end -> end.reason().code())
              .isSubsetOf("USER_CANCELED", "CLIENT_CANCELED");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whereStreamsAreScarce_moreCallsThanStreamsFlow(int streams) throws Exception {
    try (Station callee =
            Station.named("callee", settings -> settings.maxConcurrentCallsPerConnection(streams));
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      List<Thread> callers = new ArrayList<>();
      AtomicInteger answered = new AtomicInteger();
      for (int i = 0; i < 4; i++) {
        Thread caller =
            new Thread(
                () -> {
                  for (int call = 0; call < 500; call++) {
                    echo(channel);
                    answered.incrementAndGet();
                  }
                });
        caller.start();
        callers.add(caller);
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(answered).hasValue(2000);
      // Once it is known how scarce they are there is no second try.
      assertThat(edge.ripcord().counters().controlStreamsGaveWay()).isLessThanOrEqualTo(3);
    }
  }
}
