package dev.ripcord.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class RoundsTest {

  @Test
  void whoBeginsChangesFromRoundToRound_andWarmUpDoesNotCount() throws Exception {
    List<String> order = new ArrayList<>();

    List<List<Double>> figures =
        Rounds.alternating(1, 2, List.of(named("a", order), named("b", order), named("c", order)));

    assertThat(order).containsExactly("c", "b", "a", "a", "b", "c", "c", "b", "a");
    assertThat(figures).containsExactly(List.of(4.0, 9.0), List.of(5.0, 8.0), List.of(6.0, 7.0));
  }

  private static Callable<Double> named(String name, List<String> order) {
    return () -> {
      order.add(name);
      return (double) order.size();
    };
  }

  @Test
  void aPairKeepsItsSides() throws Exception {
    Rounds rounds = Rounds.alternating(0, 3, () -> 1.0, () -> 4.0);

    assertThat(rounds.ours()).isEqualTo(1);
    assertThat(rounds.peer()).isEqualTo(4);
  }

  @Test
  void theSpreadIsThatOfTheRatios_soADriftOfBothIsNone() {
    Rounds drifting = Rounds.of(List.of(1.0, 2.0, 4.0, 8.0), List.of(2.0, 4.0, 8.0, 16.0));
    Rounds apart = Rounds.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0), List.of(1.0, 1.0, 1.0, 1.0, 1.0));

    assertThat(drifting.spread()).isCloseTo(0, within(1e-9));
    assertThat(apart.spread()).isCloseTo(2.0 / 3, within(1e-9));
  }

  @Test
  void theRatioOfPairsIsTheMedianOfTheirs_andNotThatOfTheMedians() {
    List<Double> ours = List.of(1.0, 8.0, 3.0);
    List<Double> peers = List.of(2.0, 16.0, 4.0);

    assertThat(Rounds.paired(ours, peers).ratio()).isEqualTo(0.5);
    assertThat(Rounds.of(ours, peers).ratio()).isEqualTo(0.75);
  }

  @Test
  void aQuantileBetweenTwoFiguresIsBetweenThem() {
    assertThat(Rounds.quantile(List.of(4.0, 1.0, 3.0, 2.0), 0.5)).isEqualTo(2.5);
    assertThat(Rounds.quantile(List.of(7.0), 0.99)).isEqualTo(7);
  }

  @Test
  void roundsWithoutACounterpartAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rounds.of(List.of(1.0, 2.0), List.of(1.0)));
    assertThatIllegalArgumentException().isThrownBy(() -> Rounds.of(List.of(), List.of()));
  }
}
