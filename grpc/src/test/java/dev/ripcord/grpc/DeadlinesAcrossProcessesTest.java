package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much time a call has: over real sockets. */
class DeadlinesAcrossProcessesTest {
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private static final Duration NONE = Duration.ofSeconds(-1);

  private final BlockingQueue<Duration> remaining = new LinkedBlockingQueue<>();

  @Test
  void theTimeLeft_onlyShrinks() throws Exception {
    try (Peer callee = telling(Peer.named("callee")).start();
        Peer middle = Peer.named("middle");
        Peer caller = Peer.named("caller")) {
      ManagedChannel onward = middle.channelTo(callee);
      middle
          .unary(
              request -> {
                tell();
                return Way.BLOCKING_UNARY.call(onward, CallOptions.DEFAULT);
              })
          .start();
      try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(30))) {
        call(caller.channelTo(middle), scope.context());
      }
      Duration first = remaining.take();
      Duration second = remaining.take();
      assertThat(first).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
      assertThat(second).isBetween(Duration.ofSeconds(20), first);
    }
  }

  @Test
  void aReserve_leavesTheCallerTimeToAnswer() throws Exception {
    Ripcord ripcord =
        Ripcord.builder().service("caller").hopReserve(Duration.ofSeconds(10)).build();
    try (Peer callee = telling(Peer.named("callee")).start();
        Peer caller = Peer.with(ripcord)) {
      ManagedChannel channel = caller.channelTo(callee);
      try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(30))) {
        call(channel, scope.context());
      }
      assertThat(remaining.take()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));

      // Less time than the reserve: none is left, and never less than none.
      try (CancelScope scope = Context.background().withTimeout(Duration.ofSeconds(8))) {
        Throwable failure = catchThrowable(() -> call(channel, scope.context()));
        assertThat(Status.fromThrowable(failure).getCode())
            .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(scope.context().isDone()).isFalse();
      }
      assertThat(remaining).isEmpty();
    }
  }

  @Test
  void aCalleeCutByTheReserve_isNoBareCancelToItsCaller() throws Exception {
    Waiting waiting = new Waiting();
    Ripcord ripcord =
        Ripcord.builder().service("caller").hopReserve(Duration.ofSeconds(20)).build();
    try (Peer callee = waiting.in(Peer.named("callee")).start();
        Peer caller = Peer.with(ripcord)) {
      ManagedChannel channel = caller.channelTo(callee);
      try (CancelScope scope = Context.background().withTimeout(Duration.ofMillis(20_700))) {
        Throwable failure = catchThrowable(() -> call(channel, scope.context()));
        assertThat(Status.fromThrowable(failure).getCode())
            .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(scope.context().isDone()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT-876600H"})
  void noTimeAtAll_failsAtOnce(Duration timeout) throws Exception {
    try (Peer callee = telling(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      try (CancelScope scope = Context.background().withTimeout(timeout)) {
        Throwable failure = catchThrowable(() -> call(caller.channelTo(callee), scope.context()));
        assertThat(Status.fromThrowable(failure).getCode())
            .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(CancellationStatus.of(failure)).isSameAs(scope.context().cancellation());
      }
      assertThat(remaining).isEmpty();
    }
  }

  @Test
  void aCentury_isNoTrouble() throws Exception {
    try (Peer callee = telling(Peer.named("callee")).start();
        Peer caller = Peer.named("caller")) {
      try (CancelScope scope = Context.background().withTimeout(CENTURY)) {
        call(caller.channelTo(callee), scope.context());
      }
      assertThat(remaining.take()).isBetween(CENTURY.minusDays(40), CENTURY);
      try (CancelScope scope =
          Context.background().withTimeout(Duration.ofSeconds(Long.MAX_VALUE))) {
        call(caller.channelTo(callee), scope.context());
      }
      // More than the clock has is none at all.
      assertThat(remaining.take()).isEqualTo(NONE);
    }
  }

  /** What peers may write, right and wrong. gRPC itself answers what it cannot read. */
  @ParameterizedTest
  @CsvSource({
    "99999999H, OK",
    "1n, DEADLINE_EXCEEDED",
    "0m, DEADLINE_EXCEEDED",
    "-5S, ",
    "5x, ",
    "S, ",
    "999999999S, ",
    "'', ",
    "5.5S, "
  })
  void whateverAPeerWritesAsItsTimeout_nothingOfTheCallIsLeft(
      String timeout, Status.@Nullable Code code) throws Exception {
    try (Peer callee = telling(Peer.named("callee")).start();
        RawCaller caller = new RawCaller(callee.port())) {
      String answer = caller.call("test.Strings/Unary", timeout);
      if (code != null) {
        assertThat(answer).isEqualTo(Integer.toString(code.value()));
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
      // The server is as good as before.
      try (Peer next = Peer.named("next")) {
        assertThat(Way.BLOCKING_UNARY.call(next.channelTo(callee), CallOptions.DEFAULT))
            .isEqualTo("told");
      }
    }
  }

  @Test
  void anEdge_capsDeadlinesAndGivesOne() throws Exception {
    Limits limits =
        Limits.edge()
            .withLongestDeadline(Duration.ofSeconds(30))
            .withDefaultDeadline(Duration.ofSeconds(15));
    try (Peer edge =
            telling(Peer.with(Ripcord.builder().service("edge").limits(limits).build())).start();
        Peer caller = Peer.plain()) {
      ManagedChannel channel = caller.channelTo(edge);
      Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT);
      assertThat(remaining.take()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(15));
      Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS));
      assertThat(remaining.take()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }
  }

  @Test
  void anEdgesCap_strikesAndTellsTheCaller() throws Exception {
    Limits limits = Limits.edge().withLongestDeadline(Duration.ofMillis(200));
    Waiting waiting = new Waiting();
    try (Peer edge =
            waiting
                .in(
                    Peer.with(
                        Ripcord.builder().service("edge").instance("7").limits(limits).build()))
                .start();
        Peer caller = Peer.plain()) {
      Throwable failure =
          catchThrowable(
              () -> Way.BLOCKING_UNARY.call(caller.channelTo(edge), CallOptions.DEFAULT));

      assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      Cancellation told = Objects.requireNonNull(CancellationStatus.of(failure));
      assertThat(told.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
      assertThat(told.reason().hasCodeOf(Reason.DEADLINE)).isTrue();
      assertThat(told.origin()).extracting(Cancellation.Origin::service).isEqualTo("edge");
      assertThat(told.origin()).extracting(Cancellation.Origin::instance).isEqualTo("7");
      assertThat(told.path()).extracting(Cancellation.Hop::toString).containsExactly("edge/7");
    }
  }

  private Peer telling(Peer peer) {
    return peer.unary(
        request -> {
          tell();
          return "told";
        });
  }

  private void tell() {
    Deadline deadline = Context.current().deadline();
    remaining.add(deadline == null ? NONE : deadline.remaining());
  }

  private static void call(ManagedChannel channel, Context context) throws Exception {
    context.call(() -> Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT));
  }
}
