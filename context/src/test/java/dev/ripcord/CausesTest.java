package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules 4, 6, 7, 9 and 13 to 16: which end is reported, in every order of two that compete. */
class CausesTest {
  private static final Reason PARENT = Reason.of("PARENT");
  private static final Reason CHILD = Reason.of("CHILD");
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(10);

  /** parent - child - leaf, each made as an ordering wants it. */
  private static final class Family {
    final FakeTime time = new FakeTime();
    CancelScope parent = time.background().withCancel();
    CancelScope child = parent.context().withCancel();

    Family child(CancelScope made) {
      child = made;
      return this;
    }

    void pass(Duration by) {
      time.skip(by); // whoever looks must see it, timer or not
    }
  }

  private static Arguments ordering(
      String name, Consumer<Family> acts, String ofParent, String ofChild) {
    return Arguments.of(name, acts, ofParent, ofChild);
  }

  static Stream<Arguments> orderings() {
    return Stream.of(
        ordering("nothing", f -> {}, "live", "live"),
        ordering("parent", f -> f.parent.cancel(PARENT), "PARENT", "PARENT"),
        ordering("parent plainly", f -> f.parent.cancel(), "CLIENT_CANCELED", "CLIENT_CANCELED"),
        ordering("child", f -> f.child.cancel(CHILD), "live", "CHILD"),
        ordering("child plainly", f -> f.child.cancel(), "live", "CLIENT_CANCELED"),
        ordering(
            "parent, then child",
            f -> {
              f.parent.cancel(PARENT);
              f.child.cancel(CHILD);
            },
            "PARENT",
            "PARENT"),
        ordering(
            "parent plainly, then child",
            f -> {
              f.parent.cancel();
              f.child.cancel(CHILD);
            },
            "CLIENT_CANCELED",
            "CLIENT_CANCELED"),
        ordering(
            "child, then parent",
            f -> {
              f.child.cancel(CHILD);
              f.parent.cancel(PARENT);
            },
            "PARENT",
            "CHILD"),
        ordering(
            "child plainly, then parent",
            f -> {
              f.child.cancel();
              f.parent.cancel(PARENT);
            },
            "PARENT",
            "CLIENT_CANCELED"),
        ordering(
            "parent twice",
            f -> {
              f.parent.cancel(PARENT);
              f.parent.cancel(CHILD);
            },
            "PARENT",
            "PARENT"),
        ordering(
            "child made after the parent's end",
            f -> {
              f.parent.cancel(PARENT);
              f.child(f.parent.context().withCancel()).child.cancel(CHILD);
            },
            "PARENT",
            "PARENT"),
        ordering(
            "child's timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.pass(SHORT);
            },
            "live",
            "deadline CHILD"),
        ordering(
            "child's timeout without a reason",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT));
              f.pass(SHORT);
            },
            "live",
            "deadline DEADLINE"),
        ordering(
            "child cancelled before its timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD)).child.cancel();
              f.pass(SHORT);
            },
            "live",
            "CLIENT_CANCELED"),
        ordering(
            "child cancelled for a reason before its timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, PARENT)).child.cancel(CHILD);
              f.pass(SHORT);
            },
            "live",
            "CHILD"),
        ordering(
            "child cancelled after its timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.pass(SHORT);
              f.child.cancel(PARENT);
            },
            "live",
            "deadline CHILD"),
        ordering(
            "parent cancelled after the child's timeout, which nobody looked at",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.pass(LONG);
              f.parent.cancel(PARENT);
            },
            "PARENT",
            "deadline CHILD"),
        ordering(
            "parent plainly cancelled after the child's timeout, which nobody looked at",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.pass(LONG);
              f.parent.cancel();
            },
            "CLIENT_CANCELED",
            "deadline CHILD"),
        ordering(
            "parent cancelled before the child's timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.parent.cancel(PARENT);
              f.pass(LONG);
            },
            "PARENT",
            "PARENT"),
        ordering(
            "parent plainly cancelled before the child's timeout",
            f -> {
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.parent.cancel();
              f.pass(LONG);
            },
            "CLIENT_CANCELED",
            "CLIENT_CANCELED"),
        ordering(
            "parent's timeout is the earlier",
            f -> {
              f.parent = f.time.background().withTimeout(SHORT, PARENT);
              f.child(f.parent.context().withTimeout(LONG, CHILD));
              f.pass(LONG);
            },
            "deadline PARENT",
            "deadline PARENT"),
        ordering(
            "child's timeout is the earlier",
            f -> {
              f.parent = f.time.background().withTimeout(LONG, PARENT);
              f.child(f.parent.context().withTimeout(SHORT, CHILD));
              f.pass(LONG);
            },
            "deadline PARENT",
            "deadline CHILD"),
        ordering(
            "timeouts in the past",
            f -> f.child(f.parent.context().withTimeout(Duration.ZERO, CHILD)),
            "live",
            "deadline CHILD"),
        ordering(
            "a timeout in the past under a done parent",
            f -> {
              f.parent.cancel(PARENT);
              f.child(f.parent.context().withTimeout(Duration.ofSeconds(-1), CHILD));
            },
            "PARENT",
            "PARENT"),
        ordering(
            "a child cancelled under a parent whose timeout nobody looked at",
            f -> {
              f.parent = f.time.background().withTimeout(SHORT, PARENT);
              f.child(f.parent.context().withCancel());
              f.pass(LONG);
              f.child.cancel(CHILD);
            },
            "deadline PARENT",
            "deadline PARENT"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("orderings")
  void ends(String name, Consumer<Family> acts, String ofParent, String ofChild) {
    for (int lookFirst = 0; lookFirst < 3; lookFirst++) {
      Family family = new Family();
      acts.accept(family);
      Context leaf = family.child.context().withValue(Key.local("k"), 1).withCancel().context();
      Context first =
          new Context[] {family.parent.context(), family.child.context(), leaf}[lookFirst];
      Cancellation seenFirst = first.cancellation();
      assertAll(
          () -> assertThat(words(family.parent.context())).isEqualTo(ofParent),
          () -> assertThat(words(family.child.context())).isEqualTo(ofChild),
          () -> assertThat(words(leaf)).as("what the node above reports").isEqualTo(ofChild),
          () -> assertThat(first.cancellation()).isSameAs(seenFirst),
          () -> assertThat(leaf.cancellation()).isSameAs(family.child.context().cancellation()));
    }
  }

  private static String words(Context context) {
    Cancellation end = context.cancellation();
    if (end == null) {
      assertThat(context.isDone()).isFalse();
      return "live";
    }
    assertThat(context.isDone()).isTrue();
    boolean expired = end.kind() == Cancellation.Kind.DEADLINE_EXCEEDED;
    return (expired ? "deadline " : "") + end.reason().code();
  }

  @Test
  @DisplayName("rule 9: a race of two causes has one winner, seen alike by all and for ever")
  void causeRace_hasOneWinner() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(3_000, 100_000); round++) {
        //  top - middle - leaf
        CancelScope top = Context.background().withCancel();
        CancelScope middle = top.context().withCancel();
        Context leaf = middle.context().withCancel().context();
        AtomicInteger midWon = new AtomicInteger();
        together.run(
            () -> top.cancel(PARENT),
            () -> midWon.set(middle.cancel(CHILD) ? 1 : 0),
            () -> {
              Cancellation seen = leaf.cancellation();
              if (seen != null) {
                assertThat(middle.context().cancellation()).isSameAs(seen);
                assertThat(leaf.cancellation()).isSameAs(seen);
              }
            });
        Reason expected = midWon.get() == 1 ? CHILD : PARENT;
        assertThat(middle.context().cancellation().reason()).isEqualTo(expected);
        assertThat(leaf.cancellation()).isSameAs(middle.context().cancellation());
        assertThat(top.context().cancellation().reason()).isEqualTo(PARENT);
      }
    }
  }
}
