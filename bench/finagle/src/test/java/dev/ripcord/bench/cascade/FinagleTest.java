package dev.ripcord.bench.cascade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.bench.cascade.Forest.Cascade;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That Finagle's processes do what the others' do; nothing is measured. */
class FinagleTest {
  private static final List<String> SHAPES =
      List.of("1@0;1@1;1@2", "20@0", "20@0!", "3@0;3@1,2;3@3,4");

  @Test
  void stopsEverywhere_afterTheCancel_bySameClock() throws Exception {
    int run = 0;
    try (Forest forest = Finagle.plant(System.getProperty("java.class.path"))) {
      for (String shape : SHAPES) {
        forest.warmUp("finagle", Plan.parse(++run + ":" + shape), 3);
        Cascade cascade = forest.cancel("finagle", Plan.parse(++run + ":" + shape));
        assertThat(cascade.stoppedNanos()).as(shape).isPositive();
        assertThat(cascade.heardNanos()).as(shape).isPositive();
      }
    }
  }
}
