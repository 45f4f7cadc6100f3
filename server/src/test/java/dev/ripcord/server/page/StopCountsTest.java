package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers of steps of time, and of all of them. */
class StopCountsTest {
  private final StopCounts counts = new StopCounts();

  private void stopped(long micros) {
    counts.told();
    counts.stopped(micros * 1_000);
  }

  @Test
  void aStepHasItsOwnNumbers_andTheTotalsThoseOfAll() {
    for (int i = 1; i <= 100; i++) {
      stopped(i);
    }
    StopCounts.Point first = counts.step(7, 3L, null);
    assertThat(first).isEqualTo(new StopCounts.Point(7, 100, 50L, 99L, 3L, null));
    stopped(1_000);
    assertThat(counts.totals(2)).isEqualTo(new StopCounts.Point(2, 101, 51L, 100L, 3L, null));
    assertThat(counts.step(0, 2L, 1L).p50Micros()).isEqualTo(1_000);
    assertThat(counts.step(0, null, 1L))
        .isEqualTo(new StopCounts.Point(0, 0, null, null, null, 1L));
    assertThat(counts.totals(0).skipped()).isEqualTo(5);
    assertThat(counts.totals(0).undelivered()).isEqualTo(2);
  }

  @Test
  void theyAreBounded() {
    for (int step = 0; step < 200; step++) {
      for (int i = 0; i < 50; i++) {
        stopped(i);
      }
      counts.step(step, null, null);
    }
    assertThat(counts.series()).hasSize(150).first().matches(point -> point.live() == 50);
    for (int i = 0; i < 100_000; i++) {
      stopped(5);
    }
    assertThat(counts.step(0, null, null).canceled()).isEqualTo(100_000);
  }
}
