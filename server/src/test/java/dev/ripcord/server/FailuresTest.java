package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.testing.FakeTime;
import io.grpc.Status;
import io.grpc.StatusException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {

  @Test
  void aPeersStatusIsPassedOn() {
    Status rejected = Status.UNAUTHENTICATED.withDescription("token was revoked");
    assertTold(rejected.asRuntimeException(), Status.Code.UNAUTHENTICATED, "token was revoked");
    assertTold(new StatusException(rejected), Status.Code.UNAUTHENTICATED, "token was revoked");
    assertTold(
        new ExecutionException("token", rejected.asRuntimeException()),
        Status.Code.UNAUTHENTICATED,
        "token was revoked");
    assertTold(
        new CompletionException(rejected.asRuntimeException()),
        Status.Code.UNAUTHENTICATED,
        "token was revoked");
  }

  @Test
  void whatThePeerCouldNotDoIsNotTheCallersFault() {
    assertTold(Status.UNIMPLEMENTED.asRuntimeException(), Status.Code.INTERNAL, null);
    assertTold(Status.UNKNOWN.asRuntimeException(), Status.Code.INTERNAL, null);
  }

  @Test
  void anEndedContextIsWhyWhateverWasThrown() {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      Status told = Failures.toStatus(scope.context(), new IllegalStateException()).getStatus();
      assertThat(told.getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(told.getDescription()).contains("USER_CANCELED", "pressed cancel");
    }
  }

  @Test
  void eachReasonHasItsStatus() {
    assertThat(statusAfter(Reason.SHUTDOWN)).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(statusAfter(Reason.AUTH_REVOKED)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(statusAfter(Reason.SIBLING_FAILED)).isEqualTo(Status.Code.CANCELLED);
    assertThat(statusAfter(Reason.of("SOMETHING_NEW"))).isEqualTo(Status.Code.CANCELLED);
  }

  private static Status.Code statusAfter(Reason reason) {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel(reason);
      return Failures.toStatus(scope.context(), new RuntimeException()).getStatus().getCode();
    }
  }

  @Test
  void aDeadlineIsADeadlineWhateverItsReason() {
    FakeTime time = new FakeTime();
    try (CancelScope scope = time.background().withTimeout(Duration.ofMillis(1), Reason.SHUTDOWN)) {
      time.advance(Duration.ofMillis(1));
      assertThat(Failures.toStatus(scope.context(), new RuntimeException()).getStatus().getCode())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void aBudgetOfPartOfTheWorkIsToldToo() {
    try (CancelScope part = Context.background().withTimeout(Duration.ZERO)) {
      RuntimeException failure = assertThrows(RuntimeException.class, part.context()::throwIfDone);
      assertTold(failure, Status.Code.DEADLINE_EXCEEDED, failure.getMessage());
    }
  }

  @Test
  void anInterruptIsKeptAndToldAsStopping() {
    Status told = Failures.toStatus(Context.background(), new InterruptedException()).getStatus();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(told.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void whatNobodyForesawLeaksNothing() {
    assertTold(
        new IllegalStateException("jdbc:postgresql://secret"),
        Status.Code.INTERNAL,
        "internal error; the log of this service tells more");
  }

  private static void assertTold(Exception failure, Status.Code code, String description) {
    Status told = Failures.toStatus(Context.background(), failure).getStatus();
    assertThat(told.getCode()).isEqualTo(code);
    assertThat(told.getDescription()).isEqualTo(description);
  }
}
