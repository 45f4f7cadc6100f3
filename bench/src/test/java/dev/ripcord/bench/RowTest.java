package dev.ripcord.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final Rounds HALF = Rounds.of(List.of(10.0, 11.0, 9.0), List.of(20.0, 22.0, 18.0));

  @Test
  void aRatioBelowOneIsGood_whereLessIsBetter() {
    Row row = Row.lessIsBetter("core", "derive", "ns/op", "peer", HALF);

    assertThat(row.ours()).isEqualTo(10);
    assertThat(row.peer()).isEqualTo(20);
    assertThat(row.ratio()).isEqualTo(0.5);
    assertThat(row.spread()).isCloseTo(0, within(1e-9));
    assertThat(row.note()).isNull();
  }

  @Test
  void aRatioBelowOneIsGood_whereMoreIsBetter() {
    assertThat(Row.moreIsBetter("rpc", "unary", "calls/s", "peer", HALF).ratio()).isEqualTo(2.0);
  }

  @Test
  void ofPairedRounds_theRatioIsTheMedianOfTheRatios_whateverTheMachineDoesBetweenRounds() {
    Rounds moody = Rounds.paired(List.of(20.4, 81.6, 81.6, 20.4), List.of(20.0, 80.0, 80.0, 20.0));

    assertThat(Row.lessIsBetter("sql", "select 1", "us", "bare", moody).ratio())
        .isCloseTo(1.02, within(1e-9));
  }

  @Test
  void aWideSpreadIsMarked() {
    Rounds wild = Rounds.of(List.of(1.0, 2.0, 3.0, 9.0), List.of(1.0, 1.0, 1.0, 1.0));

    Row row = Row.lessIsBetter("core", "derive", "ns/op", "peer", wild);

    assertThat(row.spread()).isGreaterThan(Row.WIDE);
    assertThat(row.note()).contains("wide spread");
  }

  @Test
  void aMissingPeerIsNamed_andNothingIsMadeUpForIt() {
    Row row = Row.without("core", "derive", "ns/op", 10, "Go context", "no go on the PATH");

    assertThat(row.peerName()).isEqualTo("Go context");
    assertThat(row.peer()).isNull();
    assertThat(row.ratio()).isNull();
    assertThat(row.spread()).isNull();
    assertThat(row.note()).isEqualTo("Go context: no go on the PATH");
  }

  @Test
  void whatWasSkippedSaysWhy_andHasNoFigureAtAll() {
    Row row = Row.skipped("sql", "select 1", "us", "no PostgreSQL here");

    assertThat(row.ours()).isNull();
    assertThat(row.ratio()).isNull();
    assertThat(row.note()).isEqualTo("skipped: no PostgreSQL here");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Row("sql", "select 1", "us", null, null, null, null, null, null));
  }

  @Test
  void notesAddUp() {
    assertThat(Row.alone("scale", "bytes", "B", 1).withNote("a").withNote("b").note())
        .isEqualTo("a; b");
  }

  @Test
  void whatIsNoFigureIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Row.alone("core", "derive", "ns/op", Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Row.lessIsBetter(
                    "core", "derive", "ns/op", "peer", Rounds.of(List.of(1.0), List.of(0.0))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Row("g", "n", "u", 1.0, 1.0, "peer", null, null, null));
  }
}
