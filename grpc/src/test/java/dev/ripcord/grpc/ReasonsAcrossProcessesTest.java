package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import dev.ripcord.TaskGroup;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who, why, where: what every node of a tree knows of its end. */
class ReasonsAcrossProcessesTest {

  //  edge ──► gateway ──► identity ──► db
  @Test
  void aReasonReachesEveryNode_withItsOriginAndItsWay() throws Exception {
    try (Station db = Station.named("db");
        Station identity = Station.named("identity").callingOn(db);
        Station gateway = Station.named("gateway").callingOn(identity);
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller call = Caller.unary(edge.channelTo(gateway.peer()), scope.context());
      db.awaitCallAndControl();
      gateway.awaitControl();
      identity.awaitControl();

      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel").withDetail("button", "red"));

      for (Station node : List.of(gateway, identity, db)) {
        Cancellation seen = node.end();
        assertThat(seen.kind()).isEqualTo(Cancellation.Kind.CANCELED);
        assertThat(seen.reason())
            .isEqualTo(
                Reason.USER_CANCELED.withMessage("pressed cancel").withDetail("button", "red"));
        assertThat(seen.origin()).isEqualTo(new Cancellation.Origin("edge", "1", "", ""));
      }
      assertThat(gateway.end().path().toString()).isEqualTo("[edge/1, gateway/1]");
      assertThat(identity.end().path().toString()).isEqualTo("[edge/1, gateway/1, identity/1]");
      assertThat(db.end().path().toString()).isEqualTo("[edge/1, gateway/1, identity/1, db/1]");
      assertThat(db.end().path())
          .extracting(Cancellation.Hop::age)
          .isSorted()
          .allSatisfy(age -> assertThat(age).isLessThan(Duration.ofSeconds(30)));
      assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(call.status().getCause()).isInstanceOf(ContextException.class);
      assertThat(edge.ripcord().counters().reasonsUndelivered()).isZero();
      await().until(() -> edge.ripcord().calleesStopTimes().count() == 1);
      await().until(() -> db.peer().ripcord().stopTimes().count() == 1);
    }
  }

  //  edge ──► one ──► two ──► three ──► four ──► five
  @Test
  void fiveDeep_itIsTheSame() throws Exception {
    try (Station five = Station.named("five");
        Station four = Station.named("four").callingOn(five);
        Station three = Station.named("three").callingOn(four);
        Station two = Station.named("two").callingOn(three);
        Station one = Station.named("one").callingOn(two);
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller call = Caller.unary(edge.channelTo(one.peer()), scope.context());
      List<Station> all = List.of(one, two, three, four, five);
      all.forEach(Station::awaitCallAndControl);
      scope.cancel(Reason.SUPERSEDED.withMessage("a newer one has won"));
      StringBuilder path = new StringBuilder("[edge/1");
      for (Station node : all) {
        path.append(", ").append(node.peer().ripcord().service()).append("/1");
        assertThat(node.end().reason())
            .isEqualTo(Reason.SUPERSEDED.withMessage("a newer one has won"));
        assertThat(node.end().origin()).isEqualTo(new Cancellation.Origin("edge", "1", "", ""));
        assertThat(node.end().path().toString()).isEqualTo(path + "]");
      }
      assertThat(call.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    }
  }

  //  edge ──► gateway ──► identity ──► db
  //                  └──► token, fails
  @Test
  void whatASiblingFailedOf_isKnownInTheOthersProcesses() throws Exception {
    try (Station db = Station.named("db");
        Station identity = Station.named("identity").callingOn(db);
        Peer token =
            Peer.named("token")
                .asyncUnary(
                    (request, answers) ->
                        answers.onError(
                            Status.UNAUTHENTICATED
                                .withDescription("the token was revoked")
                                .asRuntimeException()))
                .start();
        Peer gateway = Peer.named("gateway");
        Peer edge = Peer.named("edge")) {
      ManagedChannel toIdentity = gateway.channelTo(identity.peer());
      ManagedChannel toToken = gateway.channelTo(token);
      CompletableFuture<CallIdentity> handled = new CompletableFuture<>();
      gateway
          .unary(
              request -> {
                handled.complete(CallIdentity.of(Context.current()));
                try (TaskGroup group = TaskGroup.open(Context.current())) {
                  group.fork(
                      "identity", () -> Way.BLOCKING_UNARY.call(toIdentity, CallOptions.DEFAULT));
                  group.fork(
                      "token",
                      () -> {
                        db.awaitCallAndControl();
                        identity.awaitControl();
                        return Way.BLOCKING_UNARY.call(toToken, CallOptions.DEFAULT);
                      });
                  group.join();
                } catch (ExecutionException e) {
                  return "failed";
                }
                return "not failed";
              })
          .start();
      Caller call = Caller.unary(edge.channelTo(gateway), Context.background());
      for (Station node : List.of(identity, db)) {
        Reason reason = node.end().reason();
        assertThat(reason.code()).isEqualTo("SIBLING_FAILED");
        assertThat(reason.message())
            .startsWith("token: ")
            .endsWith("UNAUTHENTICATED: the token was revoked");
        assertThat(node.end().origin())
            .isEqualTo(new Cancellation.Origin("gateway", "1", handled.get().contextId(), ""));
      }
      assertThat(db.end().path().toString()).isEqualTo("[gateway/1, identity/1, db/1]");
      assertThat(call.status().isOk()).isTrue();
    }
  }

  @Test
  void aDeadline_staysADeadline_atEveryNode() throws Exception {
    try (Station db = Station.named("db");
        Station identity = Station.named("identity").callingOn(db);
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(2))) {
      Caller call = Caller.unary(edge.channelTo(identity.peer()), scope.context());
      for (Station node : List.of(identity, db)) {
        assertThat(node.end().kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
        assertThat(node.end().reason()).isEqualTo(Reason.DEADLINE);
      }
      assertThat(call.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void aDeadlineException_asCause_isNoDeadline() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withTimeout(Duration.ofMinutes(1))) {
      Caller unused = Caller.unary(edge.channelTo(callee.peer()), scope.context());
      callee.awaitCallAndControl();
      scope.cancel(Cancellation.deadlineExceeded(null).toException());
      assertThat(callee.end().kind()).isEqualTo(Cancellation.Kind.CANCELED);
      assertThat(callee.end().reason().code()).isEqualTo("CLIENT_CANCELED");
    }
  }

  //  edge ──► gateway ──► plain ──► db
  @Test
  void belowAPlainPeer_nodesSayClientCanceled() throws Exception {
    try (Station db = Station.named("db");
        Station plain = Station.plain().callingOn(db);
        Station gateway = Station.named("gateway").callingOn(plain);
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller unused = Caller.unary(edge.channelTo(gateway.peer()), scope.context());
      db.awaitCall();
      gateway.awaitControl();
      scope.cancel(Reason.USER_CANCELED);
      assertThat(gateway.end().reason().code()).isEqualTo("USER_CANCELED");
      assertThat(db.end().reason().code()).isEqualTo("CLIENT_CANCELED");
      assertThat(db.end().kind()).isEqualTo(Cancellation.Kind.CANCELED);
      await().until(() -> gateway.peer().ripcord().counters().reasonsUndelivered() == 1);
    }
  }

  @Test
  void theCalleesReason_isTheCallersCause() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge")) {
      Caller call = Caller.unary(edge.channelTo(callee.peer()), Context.background());
      callee.awaitCall();
      callee.peer().ripcord().shutdown(callee.peer().server(), Duration.ZERO);
      assertThat(call.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      Cancellation why = CancellationStatus.of(call.status().asRuntimeException());
      assertThat(why).isNotNull();
      assertThat(why.reason().code()).isEqualTo("SHUTDOWN");
      assertThat(why.origin()).isNotNull();
      assertThat(why.origin().service()).isEqualTo("callee");
      assertThat(call.status().getCause()).isInstanceOf(ContextException.class);
    }
  }

  @Test
  void severalCallsThatEndTogether_areToldTogether() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      ManagedChannel channel = edge.channelTo(callee.peer());
      int calls = 100;
      for (int i = 0; i < calls; i++) {
        Caller unused = Caller.unary(channel, scope.context());
      }
      callee.awaitControl();
      await().until(() -> callee.peer().ripcord().liveCalls() == calls);
      await().until(() -> callee.begun() == calls);
      scope.cancel(Reason.SUPERSEDED);
      assertThat(callee.ends(calls))
          .extracting(end -> end.reason().code())
          .containsOnly("SUPERSEDED");
      await().until(() -> callee.peer().ripcord().liveCalls() == 0);
      await().until(() -> edge.ripcord().calleesStopTimes().count() == calls);
      // What both sides close leaves nothing that could end the next call.
      assertThat(
              ClientCalls.blockingUnaryCall(
                  channel, Strings.UNARY, CallOptions.DEFAULT, Station.ECHO))
          .isEqualTo(Station.ECHO);
    }
  }

  @Test
  void turnedOff_nothingIsTold() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      edge.ripcord().reasons(false);
      Caller unused = Caller.unary(edge.channelTo(callee.peer()), scope.context());
      callee.awaitCall();
      scope.cancel(Reason.USER_CANCELED);
      assertThat(callee.end().reason().code()).isEqualTo("CLIENT_CANCELED");
      assertThat(callee.peer().ripcord().counters().controlStreamsAccepted()).isZero();
    }
  }

  @Test
  void turnedOff_nothingIsTaken() throws Exception {
    try (Station callee = Station.named("callee");
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller unused = Caller.unary(edge.channelTo(callee.peer()), scope.context());
      callee.awaitCallAndControl();
      callee.peer().ripcord().reasons(false);
      scope.cancel(Reason.USER_CANCELED);
      assertThat(callee.end().reason().code()).isEqualTo("CLIENT_CANCELED");
    }
  }

  @Test
  void anEdge_takesReasonsFromWhoShowsACertificate(@TempDir Path folder) throws Exception {
    Certificates certificates = Certificates.in(folder);
    try (Station callee = Station.of(edge().secured(certificates.server()));
        Peer caller = Peer.named("caller");
        Peer stranger = Peer.named("stranger");
        CancelScope scope = Context.background().withCancel()) {
      int port = callee.peer().port();
      Counters counters = callee.peer().ripcord().counters();
      Caller known = Caller.unary(caller.channelTo(port, certificates.caller()), scope.context());
      callee.awaitCallAndControl();
      scope.cancel(Reason.USER_CANCELED);
      assertThat(callee.end().reason()).isEqualTo(Reason.USER_CANCELED);
      assertThat(known.status().getCode()).isEqualTo(Status.Code.CANCELLED);

      try (CancelScope other = Context.background().withCancel()) {
        Caller unknown =
            Caller.unary(stranger.channelTo(port, certificates.stranger()), other.context());
        await().until(() -> callee.begun() == 2 && counters.controlStreamsRefused() == 1);
        other.cancel(Reason.USER_CANCELED);
        assertThat(callee.ends(1).get(0).reason()).isEqualTo(Reason.CLIENT_CANCELED);
        assertThat(unknown.status().getCode()).isEqualTo(Status.Code.CANCELLED);
      }
    }
  }

  private static Peer edge() {
    return Peer.with(Ripcord.builder().service("callee").limits(Limits.edge()).build());
  }

  @Test
  void anEdge_takesNoReasonsFromStrangers() throws Exception {
    try (Station callee =
            Station.of(
                Peer.with(Ripcord.builder().service("callee").limits(Limits.edge()).build()));
        Peer edge = Peer.named("edge");
        CancelScope scope = Context.background().withCancel()) {
      Caller unused = Caller.unary(edge.channelTo(callee.peer()), scope.context());
      callee.awaitCall();
      await().until(() -> callee.peer().ripcord().counters().controlStreamsRefused() == 1);
      scope.cancel(Reason.USER_CANCELED);
      assertThat(callee.end().reason().code()).isEqualTo("CLIENT_CANCELED");
    }
  }
}
