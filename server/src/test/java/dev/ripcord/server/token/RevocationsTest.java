package dev.ripcord.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.testing.FakeTime;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RevocationsTest {
  private final FakeTime time = new FakeTime();
  private final Revocations revocations = new Revocations(time::now, Duration.ofHours(24), 3);

  @Test
  void anIdIsRevokedOnce() {
    assertThat(revocations.contains("a")).isFalse();
    assertThat(revocations.add("a")).isTrue();
    assertThat(revocations.add("a")).isFalse();
    assertThat(revocations.contains("a")).isTrue();
  }

  @Test
  void anIdIsKeptWhileItsTokenCouldBeGood() {
    revocations.add("a");
    time.advance(Duration.ofHours(24).minusNanos(1));
    revocations.add("b");
    assertThat(revocations.contains("a")).isTrue();
    time.advance(Duration.ofNanos(1));
    revocations.add("c");
    assertThat(revocations.contains("a")).isFalse();
    assertThat(revocations.size()).isEqualTo(2);
  }

  @Test
  void noneIsForgottenToMakeRoom() {
    revocations.add("a");
    revocations.add("b");
    revocations.add("c");
    assertThatThrownBy(() -> revocations.add("d"))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(revocations.contains("a")).isTrue();
    time.advance(Duration.ofHours(24));
    assertThat(revocations.add("d")).isTrue();
  }
}
