package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who set the deadline that struck: the same at every node, whosever clock was first. */
class WhoseDeadlineTest {
  private static final Duration BUDGET = Duration.ofMillis(1500);
  private static final Cancellation.Origin EDGE = new Cancellation.Origin("edge", "1", "", "");

  /** A process that has just started is slow. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      Caller call = Caller.unary(edge.channelTo(callee.peer()), null, Station.ECHO);
      assertThat(call.status().isOk()).isTrue();
    }
  }

  private static void assertStruck(Station node, Cancellation.Origin origin, String path)
      throws Exception {
    assertThat(node.end().kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(node.end().reason()).isEqualTo(Reason.DEADLINE);
    assertThat(node.end().origin()).isEqualTo(origin);
    assertThat(node.end().path().toString()).isEqualTo(path);
  }

  //  edge, sets it ──► one ──► two ──► three ──► four ──► five
  @Test
  void allTheWayDown_itIsTheEdges() throws Exception {
    try (Station five = Station.named("five");
        Station four = Station.named("four").callingOn(five);
        Station three = Station.named("three").callingOn(four);
        Station two = Station.named("two").callingOn(three);
        Station one = Station.named("one").callingOn(two);
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(one.peer());
      for (int round = 0; round < 3; round++) {
        try (CancelScope scope = Context.background().withTimeout(BUDGET)) {
          Caller call = Caller.unary(channel, scope.context());
          await().until(() -> five.begun() > 0);
          StringBuilder path = new StringBuilder("[edge/1");
          for (Station node : List.of(one, two, three, four, five)) {
            path.append(", ").append(node.peer().ripcord().service()).append("/1");
            assertStruck(node, EDGE, path + "]");
          }
          assertThat(call.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
      }
    }
  }

  //  edge ──► middle, sets a shorter one ──► below ──► leaf
  @Test
  void onesOwn_isOnesOwn() throws Exception {
    AtomicReference<CallIdentity> inMiddle = new AtomicReference<>();
    try (Station leaf = Station.named("leaf");
        Station below = Station.named("below").callingOn(leaf);
        Peer middle = Peer.named("middle");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withTimeout(Duration.ofMinutes(1))) {
      ManagedChannel onward = middle.channelTo(below.peer());
      middle
          .asyncUnary(
              (request, answers) -> {
                inMiddle.set(CallIdentity.of(Context.current()));
                Context own = Context.current().withTimeout(BUDGET).context();
                Caller unused = Caller.unary(onward, own);
              })
          .start();
      Caller unused = Caller.unary(edge.channelTo(middle), scope.context());
      Cancellation struck = below.end();
      Cancellation.Origin origin =
          new Cancellation.Origin(
              "middle", "1", Objects.requireNonNull(inMiddle.get()).contextId(), "");
      assertThat(struck.origin()).isEqualTo(origin);
      assertStruck(below, origin, "[middle/1, below/1]");
      assertStruck(leaf, origin, "[middle/1, below/1, leaf/1]");
      assertThat(scope.context().isDone()).isFalse();
    }
  }

  /** Whoever keeps something back has set what is left. */
  @Test
  void lessAReserve_itIsTheReservesOwner() throws Exception {
    try (Station leaf = Station.named("leaf");
        Station callee = Station.named("callee").callingOn(leaf);
        Peer edge =
            Peer.with(
                Ripcord.builder()
                    .service("edge")
                    .instance("1")
                    .hopReserve(Duration.ofSeconds(20))
                    .build());
        CancelScope scope = Context.background().withTimeout(BUDGET.plus(Duration.ofSeconds(20)))) {
      Caller unused = Caller.unary(edge.channelTo(callee.peer()), scope.context());
      assertStruck(callee, EDGE, "[edge/1, callee/1]");
      assertStruck(leaf, EDGE, "[edge/1, callee/1, leaf/1]");
      assertThat(scope.context().isDone()).isFalse();
    }
  }

  /** gRPC's own deadline, which no context knows of, is the caller's. */
  @Test
  void aCallsOwn_isItsCallers() throws Exception {
    try (Station leaf = Station.named("leaf");
        Station callee = Station.named("callee").callingOn(leaf);
        Peer edge = Peer.named("edge")) {
      CallOptions options =
          CallOptions.DEFAULT.withDeadlineAfter(BUDGET.toMillis(), TimeUnit.MILLISECONDS);
      Caller unused =
          Caller.start(
              edge.channelTo(callee.peer()), Strings.UNARY, Context.background(), "wait", options);
      assertStruck(callee, EDGE, "[edge/1, callee/1]");
      assertStruck(leaf, EDGE, "[edge/1, callee/1, leaf/1]");
    }
  }

  /** Of a caller that does not say who it is, the first who knows is named. */
  @Test
  void aStrangers_isOfTheFirstWhoKnows() throws Exception {
    try (Station leaf = Station.named("leaf");
        Station callee = Station.named("callee").callingOn(leaf);
        Peer stranger = Peer.plain()) {
      CallOptions options =
          CallOptions.DEFAULT.withDeadlineAfter(BUDGET.toMillis(), TimeUnit.MILLISECONDS);
      Caller unused =
          Caller.start(stranger.channelTo(callee.peer()), Strings.UNARY, null, "wait", options);
      Cancellation.Origin origin = Objects.requireNonNull(leaf.end().origin());
      assertThat(origin.service()).isEqualTo("callee");
      assertStruck(leaf, origin, "[callee/1, leaf/1]");
    }
  }

  /** A caller without a control stream tells nothing; what its header says is enough. */
  @Test
  void theHeaderAlone_isEnough() throws Exception {
    try (Station leaf = Station.named("leaf");
        Station callee = Station.named("callee").callingOn(leaf);
        Peer silent = Peer.plain()) {
      CallerIdentity identity =
          new CallerIdentity(
              RequestId.random(),
              7,
              5L,
              1,
              "middle",
              "1",
              new DeadlineWay("edge", "1", null, null).handedOn(100));
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("ripcord-bin", Metadata.BINARY_BYTE_MARSHALLER), identity.toBytes());
      ManagedChannel channel =
          silent.channelTo(
              callee.peer().port(),
              builder -> builder.intercept(MetadataUtils.newAttachHeadersInterceptor(headers)));
      CallOptions options =
          CallOptions.DEFAULT.withDeadlineAfter(BUDGET.toMillis(), TimeUnit.MILLISECONDS);
      Caller unused = Caller.start(channel, Strings.UNARY, null, "wait", options);
      assertStruck(callee, EDGE, "[edge/1, middle/1, callee/1]");
      assertStruck(leaf, EDGE, "[edge/1, middle/1, callee/1, leaf/1]");
    }
  }

  // Or was it a cancel?

  /** Shortly before the deadline, where a reset without a word would be taken for it. */
  @Test
  void aCancelInTheLastMoment_isNoDeadline() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      await().until(() -> cancelInTheLastFifth(channel, callee, false));
    }
  }

  @Test
  void aCallGivenUpInTheLastMoment_isNoDeadline() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      await().until(() -> cancelInTheLastFifth(channel, callee, true));
    }
  }

  /** False if this machine was too slow to see it. */
  private static boolean cancelInTheLastFifth(
      ManagedChannel channel, Station callee, boolean byItsUser) throws Exception {
    Deadline deadline = Deadline.after(Duration.ofMillis(1300));
    int before = callee.begun();
    try (CancelScope scope = Context.background().withDeadline(deadline)) {
      Caller call = Caller.unary(channel, scope.context());
      await().until(() -> callee.begun() > before);
      callee.awaitControl();
      await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> deadline.remaining().compareTo(Duration.ofMillis(200)) < 0);
      if (byItsUser) {
        call.call().cancel("no longer needed", null);
      } else {
        scope.cancel(Reason.USER_CANCELED);
      }
      Cancellation end = callee.ends(1).get(0);
      if (deadline.isExpired()) {
        return false;
      }
      assertThat(end.kind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(end.reason()).isEqualTo(byItsUser ? Reason.CLIENT_CANCELED : Reason.USER_CANCELED);
      return true;
    }
  }
}
