package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 27: what people read. */
class PrintingTest {
  private static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());
  private final FakeTime time = new FakeTime();

  @Test
  @DisplayName("rule 27: toString shows the path from the root")
  void path_fromTheRoot() {
    Context context =
        time.background()
            .withValue(TENANT, "acme")
            .withTimeout(Duration.ofMillis(240))
            .context()
            .withCancel()
            .context();
    assertThat(context)
        .hasToString("background.withValue(tenant).withDeadline(in 240 ms).withCancel");
    assertThat(context.withoutCancel())
        .hasToString(
            "background.withValue(tenant).withDeadline(in 240 ms).withCancel.withoutCancel");
    assertThat(Context.todo().withCancel()).hasToString("CancelScope[todo.withCancel]");
  }

  @Test
  @DisplayName("rule 27: values are never printed")
  void values_areNeverPrinted() {
    Object secret =
        new Object() {
          @Override
          public String toString() {
            throw new AssertionError("printed");
          }
        };
    Key<Object> key = Key.local("secret");
    Context context = time.background().withValue(key, secret).withCancel().context();
    assertThat(context.toString()).isEqualTo("background.withValue(secret).withCancel");
  }

  @Test
  @DisplayName("rule 27: a foreign context prints as itself, once")
  void foreign_printsAsItself() {
    assertThat(new HandmadeContext().withCancel().context().withValue(TENANT, "x"))
        .hasToString("handmade.withCancel.withValue(tenant)");
    HandmadeContext timed = new HandmadeContext(time.after(Duration.ofSeconds(1)));
    assertThat(timed.withCancel().context())
        .as("it is not trusted to keep its deadline: the child does")
        .hasToString("handmade.withDeadline(in 1000 ms).withCancel");
  }

  @Test
  @DisplayName("rules 11 and 27: a million levels print without recursion")
  void deepPath_prints() {
    Context context = time.background();
    for (int i = 0; i < 1_000_000; i++) {
      context = context.withCancel().context();
    }
    assertThat(context.toString())
        .hasSize("background".length() + 1_000_000 * ".withCancel".length());
  }

  @Test
  void cancellation_prints() {
    Cancellation end =
        Cancellation.canceled(Reason.USER_CANCELED.withMessage("pressed cancel"), null);
    assertThat(end).hasToString("CANCELED: USER_CANCELED \"pressed cancel\"");
    Cancellation travelled =
        end.withOrigin(new Cancellation.Origin("gateway", "g1", "", "alice"))
            .withPath(
                List.of(
                    new Cancellation.Hop("gateway", "g1", Duration.ZERO),
                    new Cancellation.Hop("db", "d1", Duration.ofMillis(3))));
    assertThat(travelled)
        .hasToString(
            "CANCELED: USER_CANCELED \"pressed cancel\" by alice at gateway/g1: gateway/g1 -> db/d1");
    assertThat(travelled.toException()).hasMessage(travelled.toString());
  }
}
