package dev.ripcord.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** That what is counted is counted, with real processes and real kills. */
class SoakGroupTest {
  private final Ends ends = new Ends();
  private final Tally tally = new Tally();

  @Test
  void aHandlerThatEndsForAnotherReasonIsWrong_andSaidSo() {
    ends.ended("WAIT ADMIN call 1", "ADMIN call 1");
    ends.ended("WAIT ADMIN call 1", "ADMIN call 2");
    ends.ended("WAIT DEADLINE", "CONNECTION_LOST ");
    tally.ends(ends.toString());

    assertThat(tally.told).isEqualTo(1);
    assertThat(tally.wrong).isEqualTo(2);
    assertThat(tally.example).isEqualTo("was to end by ADMIN call 1, ended by ADMIN call 2");
  }

  @Test
  void whoeverWasToldNothing_andWhoseCallerWasKilled_isNotWrong() {
    ends.ended("WAIT ADMIN call 1", "CLIENT_CANCELED ");
    ends.ended("MORTAL DEADLINE", "CONNECTION_LOST ");
    ends.ended("MORTAL DEADLINE", "DEADLINE");
    tally.ends(ends.toString());

    assertThat(tally.wrong).isZero();
    assertThat(tally.killed).isEqualTo(1);
    assertThat(tally.told).isEqualTo(1);
    assertThat(tally.example).isNull();
  }

  @Test
  void callsEndAsPlanned_throughTheKillOfACalleeAndOfACaller() throws Exception {
    long seed = new Random().nextLong();
    try (Fleet fleet = Fleet.start("ripcord", new Random(seed))) {
      double perSecond = fleet.calm(300);
      fleet.begin();
      fleet.killCallee();
      fleet.killCaller();
      fleet.drain();
      Fleet.Levels levels = fleet.settledLevels();
      Tally all = fleet.tally();

      assertThat(perSecond).isPositive();
      assertThat(all.lost + all.unexplained + all.wrong)
          .as("seed %s: %s", seed, all.example)
          .isZero();
      assertThat(all.good).isPositive();
      assertThat(all.told).isPositive();
      assertThat(levels.callee().isSettled()).as("seed %s: %s", seed, levels).isTrue();
      assertThat(levels.callee().heapMb()).isPositive();
    }
  }
}
