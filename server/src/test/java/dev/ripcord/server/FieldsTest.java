package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FieldsTest {

  @Test
  void whatIsRightIsReturned() {
    assertThat(Fields.text("user", "alice", 5)).isEqualTo("alice");
    assertThat(Fields.optionalText("audit", "", 5)).isEmpty();
    assertThat(Fields.secret("password", " \n", 5)).isEqualTo(" \n");
    assertThat(Fields.secrets("passwords", List.of("a", "b"), 2, 1)).containsExactly("a", "b");
    assertThat(Fields.number("n", 3, 3, 3)).isEqualTo(3);
    assertThat(Fields.load(Load.LOAD_UNSPECIFIED)).isEqualTo(Load.LIGHT);
    assertThat(Fields.load(Load.HEAVY)).isEqualTo(Load.HEAVY);
  }

  @Test
  void whatIsWrongIsRefusedByName() {
    assertRefused(() -> Fields.text("user", " ", 5), "user is empty");
    assertRefused(() -> Fields.text("user", "alicia", 5), "user has 6 characters, more than 5");
    assertRefused(() -> Fields.text("user", "a\nb", 5), "user has control characters");
    assertRefused(() -> Fields.optionalText("audit", "a\u0000", 5), "audit has control characters");
    assertRefused(() -> Fields.secret("password", "", 5), "password is empty");
    assertRefused(
        () -> Fields.secret("password", "secret", 5), "password has 6 characters, more than 5");
    assertRefused(() -> Fields.secrets("passwords", List.of(), 1, 1), "passwords are missing");
    assertRefused(
        () -> Fields.secrets("passwords", List.of("a", "b"), 1, 1), "passwords are 2, more than 1");
    assertRefused(
        () -> Fields.secrets("passwords", List.of("a", ""), 2, 1), "one of passwords is empty");
    assertRefused(() -> Fields.number("n", 4, 1, 3), "n is 4, not 1 to 3");
    assertRefused(() -> Fields.load(Load.UNRECOGNIZED), "load is neither LIGHT nor HEAVY");
  }

  private static void assertRefused(ThrowingCallable check, String why) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e.getStatus().getDescription()).isEqualTo(why);
            });
  }
}
