package dev.ripcord.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Rounds HALF = Rounds.of(List.of(10.0, 11.0, 9.0), List.of(20.0, 22.0, 18.0));
  private static final Rounds WILD =
      Rounds.of(List.of(10.0, 2.0, 30.0, 10.0), List.of(1.0, 1.0, 1.0, 1.0));

  @Test
  void onePeerStandsInTheLine() {
    assertThat(new Table(List.of(Row.lessIsBetter("g", "a", "ns", "peer", HALF))).markdown())
        .isEqualTo(
            """
            |  | unit | Ripcord | beside | its | ratio | spread |
            | --- | --- | --: | --- | --: | --: | --: |
            | a | ns | 10 | peer | 20 | 0.50 | 0 % |
            """);
  }

  @Test
  void severalPeersHaveAColumnEach_andWhoeverIsMissingSaysWhy() {
    assertThat(
            new Table(
                    List.of(
                        Row.lessIsBetter("g", "a", "ns", "peer", HALF),
                        Row.without("g", "a", "ns", 10, "Go", "no go here"),
                        Row.lessIsBetter("g", "b", "ns", "Go", WILD)))
                .markdown())
        .isEqualTo(
            """
            |  | unit | Ripcord | peer | Go |
            | --- | --- | --: | --: | --: |
            | a | ns | 10 | 20 (0.50 ± 0 %) | – [1] |
            | b | ns | 10 |  | 1 (10.00~ ± 70 %) |

            1. Go: no go here
            """);
  }

  @Test
  void whatWasSkippedIsMarked() {
    assertThat(new Table(List.of(Row.skipped("sql", "a", "us", "no PostgreSQL"))).markdown())
        .contains("| a | us | – [1] |", "1. skipped: no PostgreSQL");
  }

  @Test
  void figuresHaveAsManyDigitsAsOneCanBelieve() {
    assertThat(List.of(0.0, 0.004, 0.824, 4.87, 23.04, 131.6, 4_979.0, 8_912_345.0))
        .extracting(Figure::text)
        .containsExactly("0", "0.004", "0.82", "4.87", "23", "132", "4,979", "8.9 M");
  }
}
