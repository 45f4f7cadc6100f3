package dev.ripcord.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That each contender does what it is measured for, and that a fork's answers arrive. */
class ScaleGroupTest {
  private int heard;

  @ParameterizedTest
  @EnumSource
  void endingAParent_tellsItsChildren(Tree tree) {
    Object parent = tree.parent();
    Object listener = tree.listener(() -> heard++);
    tree.listeningChild(parent, listener);
    tree.listeningChild(tree.child(parent), listener);

    tree.cancel(parent);

    assertThat(heard).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void endingAChild_tellsItAlone(Tree tree) {
    Object parent = tree.parent();
    Object listener = tree.listener(() -> heard++);
    Object child = tree.listeningChild(parent, listener);
    tree.listeningChild(parent, listener);

    tree.cancel(child);

    assertThat(heard).isEqualTo(1);
  }

  @Test
  void aForkAnswersForEverySize() throws Exception {
    Fork fork = Fork.of(TreeProcess.class, 300, "OURS", "1000");

    assertThat(fork.figure("family", 1_000)).isPositive();
    assertThat(fork.figure("guest", 1_000)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void whoeverListens_keepsMore(Tree tree) throws Exception {
    Fork fork = Fork.of(BytesProcess.class, 300, tree.name(), "10000");

    assertThat(fork.figure("bytes", 10_000)).isPositive();
    assertThat(fork.figure("listening-bytes", 10_000)).isGreaterThan(fork.figure("bytes", 10_000));
  }

  @ParameterizedTest
  @EnumSource
  void everyKeepersDeadlinesStrike(DeadlinesProcess.Keeper keeper) throws Exception {
    Fork fork = Fork.of(DeadlinesProcess.class, 300, keeper.name(), "100");

    assertThat(fork.figure("arm-and-call-off", 100)).isPositive();
    assertThat(fork.figure("late-p99", 100)).isNotNegative();
  }

  @ParameterizedTest
  @EnumSource
  void liveCallsAreListedAndCanceled(CallsProcess.Callers callers) throws Exception {
    Fork fork = Fork.of(CallsProcess.class, 300, callers.name(), "1000");

    // Of so few calls it may be less than what the process itself gives back meanwhile.
    assertThat(fork.has("call-bytes", 1_000)).isTrue();
    assertThat(fork.has("list", 1_000)).isEqualTo(callers == CallsProcess.Callers.OURS);
    assertThat(fork.has("cancel-all", 1_000)).isEqualTo(callers == CallsProcess.Callers.OURS);
  }

  @Test
  void aForkThatFailsSaysWhy() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Fork.of(TreeProcess.class, 300, "NOBODY", "1000"))
        .withMessageContaining("NOBODY");
    assertThatIllegalStateException().isThrownBy(() -> Fork.parse(List.of("OutOfMemoryError")));
  }
}
