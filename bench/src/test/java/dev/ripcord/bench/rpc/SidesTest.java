package dev.ripcord.bench.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That every side carries what it says, in real processes; nothing is measured. */
class SidesTest {
  private static final Work FEW = new Work("unary", 4, 0, 1);

  private final Map<String, String> missing = new HashMap<>();

  /** A side that lost a value would fail its call. */
  @Test
  void everyContenderOfEveryWorkMakesItsCalls() throws Exception {
    Set<Contender> all = new LinkedHashSet<>();
    Work.ALL.forEach(work -> all.addAll(work.contenders(false)));
    try (Sides sides = Sides.start(all, missing)) {
      for (Work work : Work.ALL) {
        for (Contender each : work.contenders(false)) {
          sides.ask(each, work.order(each, 1));
          Load.Result result = Load.Result.parse(String.valueOf(sides.ask(each, work.take(each))));
          assertThat(result.callsPerSecond()).as("%s: %s", work, each).isPositive();
          assertThat(result.p99()).as("%s: %s", work, each).isGreaterThanOrEqualTo(result.p50());
          assertThat(result.cpuPerCall()).as("%s: %s", work, each).isPositive();
          assertThat(result.bytesPerCall()).as("%s: %s", work, each).isPositive();
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void aPeerThatBreaksIsLeftOut_andItIsKnownWhy() throws Exception {
    Contender broken = new Contender("nobody", 0);
    try (Sides sides = Sides.start(Set.of(broken), missing)) {
      assertThat(sides.ask(broken, FEW.order(broken, 1))).isNull();
      assertThat(missing.get("nobody")).contains("no side nobody");
      assertThat(sides.ask(broken, FEW.order(broken, 1))).isNull();
    }
  }

  /** Bare grpc-java carries no values. */
  @Test
  void withoutBareThereIsNothingToMeasure() throws IOException {
    Contender asked = Contender.BARE;
    try (Sides sides = Sides.start(Set.of(asked), missing)) {
      assertThatIOException()
          .isThrownBy(() -> sides.ask(asked, FEW.order(new Contender(asked.side(), 4), 1)))
          .withMessageContaining("carries no values");
    }
  }

  @Test
  void quickAsksForNothingThatALongRunDoesNot_andDoesAllInTwoForks() {
    for (Work work : Work.ALL) {
      assertThat(work.pairs(false)).containsAll(work.pairs(true));
      assertThat(work.isIn(0, true) || work.isIn(1, true)).as(work.toString()).isTrue();
    }
  }
}
