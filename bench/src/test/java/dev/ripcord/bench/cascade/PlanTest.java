package dev.ripcord.bench.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {

  @ParameterizedTest
  @ValueSource(strings = {"1:1@0", "17:3@0;1@1,2", "18:1000@0!", "19:", "20:!"})
  void travelsAsText(String text) {
    assertThat(Plan.parse(text)).hasToString(text);
  }

  //  edge ── 0 ─┬─ 1      three calls to node 0, each of which makes two, to nodes 1 and 2 in turn,
  //    (x 3)    └─ 2      and those make one each, to node 2
  @Test
  void countsTheHandlersOfEachNode() {
    Plan plan = Plan.parse("1:3@0;2@1,2;1@2");

    assertThat(plan.handlers()).containsExactly(entry(0, 3), entry(1, 3), entry(2, 3 + 6));
  }

  @Test
  void goesDownLevelByLevel_asTheSameRun() {
    Plan below = Plan.parse("5:3@0;2@1!").below();

    assertThat(below).hasToString("5:2@1!");
    assertThat(below.isBottom()).isFalse();
    assertThat(below.below().isBottom()).isTrue();
    assertThat(below.below().listening()).isTrue();
  }
}
