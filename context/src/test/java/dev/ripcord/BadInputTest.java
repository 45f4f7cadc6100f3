package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller gets wrong fails at once, with its name. */
class BadInputTest {
  private final Context context = Context.background();

  private static void failsWith(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(message);
  }

  @Test
  @DisplayName("deriving")
  void deriving() {
    Deadline deadline = Deadline.after(Duration.ofSeconds(1));
    failsWith("timeout is null", () -> context.withTimeout(null));
    failsWith("timeout is null", () -> context.withTimeout(null, Reason.DEADLINE));
    failsWith("why is null", () -> context.withTimeout(Duration.ZERO, null));
    failsWith("deadline is null", () -> context.withDeadline(null));
    failsWith("deadline is null", () -> context.withDeadline(null, Reason.DEADLINE));
    failsWith("why is null", () -> context.withDeadline(deadline, null));
    failsWith("deadline is null", () -> context.withDeadlineFrom(null, told -> told));
    failsWith("told is null", () -> context.withDeadlineFrom(deadline, null));
    failsWith("time is null", () -> Context.background(null));
  }

  @Test
  @DisplayName("deadlines")
  void deadlines() {
    Deadline deadline = Deadline.after(Duration.ofSeconds(1));
    failsWith("timeout is null", () -> Deadline.after(null));
    failsWith("time is null", () -> Deadline.after(Duration.ZERO, null));
    failsWith("instant is null", () -> Deadline.at(null));
    failsWith("a is null", () -> Deadline.earlier(null, deadline));
    failsWith("b is null", () -> Deadline.earlier(deadline, null));
  }

  @Test
  @DisplayName("reasons")
  void reasons() {
    failsWith("code is null", () -> Reason.of(null));
    failsWith("message is null", () -> Reason.of("X", null));
    failsWith("details is null", () -> new Reason("X", "", null));
    failsWith("key is null", () -> Reason.SHUTDOWN.withDetail(null, "x"));
    failsWith("value is null", () -> Reason.SHUTDOWN.withDetail("x", null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lower", "1X", "_X", "A-B", "A B", "\u00c4"})
  @DisplayName("a reason's code")
  void reasonCodes(String code) {
    assertThat(Reason.isCode(code)).isFalse();
    assertThatThrownBy(() -> Reason.of(code))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining('"' + code + '"');
  }

  @Test
  @DisplayName("a reason's code is 64 characters at most")
  void reasonCode_length() {
    assertThat(Reason.isCode("X".repeat(64))).isTrue();
    assertThat(Reason.isCode("X".repeat(65))).isFalse();
  }

  @Test
  @DisplayName("a reason copies its details, and hands out none that can be changed")
  void reason_isImmutable() {
    Map<String, String> details = new java.util.HashMap<>(Map.of("b", "2", "a", "1"));
    Reason reason = new Reason("X", "m", details);
    details.clear();
    assertThat(reason.details()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
    assertThatThrownBy(() -> reason.details().put("c", "3"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(reason.withDetail("c", "3").details()).hasSize(3);
    assertThat(reason.withMessage("n").details()).hasSize(2);
    assertThat(reason.hasCodeOf(Reason.of("X"))).isTrue();
    assertThat(reason).hasToString("X \"m\"");
    assertThat(Reason.SHUTDOWN).hasToString("SHUTDOWN");
  }

  @Test
  @DisplayName("cancellations")
  void cancellations() {
    Cancellation end = Cancellation.canceled(null, null);
    failsWith("newOrigin is null", () -> end.withOrigin(null));
    failsWith("newAt is null", () -> end.withAt(null));
    failsWith("service is null", () -> new Cancellation.Origin(null, "", "", ""));
    failsWith("instance is null", () -> new Cancellation.Hop("", null, Duration.ZERO));
    failsWith("age is null", () -> new Cancellation.Hop("", "", null));
    assertThatThrownBy(() -> end.withPath(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  @DisplayName("a cancellation is immutable; what is changed about it is a copy")
  void cancellation_isImmutable() {
    Cancellation end = Cancellation.canceled(Reason.ADMIN, null);
    Cancellation.Origin origin = new Cancellation.Origin("s", "i", "c", "");
    Instant at = Instant.parse("2026-01-01T00:00:00Z");
    Cancellation other =
        end.withOrigin(origin).withPath(List.of(new Cancellation.Hop("s", "i", Duration.ZERO)));
    assertThat(end.origin()).isNull();
    assertThat(end.path()).isEmpty();
    assertThat(other.origin()).isEqualTo(origin);
    assertThat(other.path()).hasSize(1);
    assertThat(other.withAt(at).at()).isEqualTo(at);
    assertThat(other.reason()).isEqualTo(Reason.ADMIN);
    assertThat(end.at()).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    assertThat(end.age()).isBetween(Duration.ZERO, Duration.ofSeconds(60));
  }
}
