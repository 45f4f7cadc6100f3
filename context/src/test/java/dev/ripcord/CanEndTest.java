package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CanEndTest {
  private static final Key<String> TENANT = Key.local("tenant");

  @Test
  void whatHangsOnNoScope_canNeverEnd() {
    try (CancelScope scope = Context.background().withCancel()) {
      assertThat(Context.background().canEnd()).isFalse();
      assertThat(Context.todo().withValue(TENANT, "acme").canEnd()).isFalse();
      assertThat(scope.context().withoutCancel().canEnd()).isFalse();
    }
  }

  @Test
  void whatHangsOnAScope_canEnd() {
    try (CancelScope scope = Context.background().withCancel()) {
      assertThat(scope.context().canEnd()).isTrue();
      assertThat(scope.context().withValue(TENANT, "acme").canEnd()).isTrue();
    }
  }
}
