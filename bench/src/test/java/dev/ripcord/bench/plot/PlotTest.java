package dev.ripcord.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ripcord.bench.plot.Curves.Curve;
import dev.ripcord.bench.plot.Curves.Point;
import dev.ripcord.bench.plot.Ranges.Category;
import dev.ripcord.bench.plot.Ranges.Range;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PlotTest {
  private static final Curves CURVES =
      new Curves(
          "growth",
          "ours & theirs, <n>",
          Axis.logarithmic("children", List.of(1_000.0, 1e6)),
          Axis.fromZero("ns", List.of(94.0, 247.0)),
          List.of(
              new Curve("Ripcord", List.of(new Point(1_000, 94), new Point(1e6, 96))),
              new Curve("peer", List.of(new Point(1_000, 247), new Point(1e6, 200)))),
          true);
  private static final Ranges RANGES =
      new Ranges(
          "tails",
          "p50 to p99",
          Axis.logarithmic("us", List.of(200.0, 900.0)),
          List.of("Ripcord", "peer"),
          List.of(
              new Category(
                  "chain of 3",
                  List.of(new Range("Ripcord", 200, 300, 200), new Range("peer", 250, 900, 250)))));

  private static Document parse(Plot plot) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(plot.svg())));
  }

  @Test
  void curvesAreWellFormed_withAllTheirPointsAndWords() throws Exception {
    Document svg = parse(CURVES);

    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(2 + 4); // and the legend
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("ours & theirs, <n>", "children", "Ripcord", "1,000", "1 M", "250");
  }

  @Test
  void rangesAreWellFormed_withAllTheirBarsAndWords() throws Exception {
    Document svg = parse(RANGES);

    assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(2 + 2);
    assertThat(svg.getDocumentElement().getTextContent()).contains("chain of 3", "us", "peer");
  }

  @Test
  void oursHasTheSameColourInEveryPlot() {
    String ours = Svg.color(List.of("peer", "Ripcord"), "Ripcord");

    assertThat(Svg.color(List.of("Ripcord"), "Ripcord")).isEqualTo(ours);
    assertThat(Svg.color(List.of("peer"), "peer")).isNotEqualTo(ours);
  }

  @Test
  void aLogarithmicAxisReachesFromPowerToPower_andShowsWhatIsBeyondAtItsEnd() {
    Axis axis = Axis.logarithmic("us", List.of(0.0, 20.0, 900.0));

    assertThat(axis.ticks()).containsExactly(10.0, 100.0, 1000.0);
    assertThat(axis.at(100)).isCloseTo(0.5, within(1e-9));
    assertThat(axis.at(0)).isZero();
    assertThat(axis.at(1e9)).isEqualTo(1);
  }

  @Test
  void aLinearAxisGoesToARoundNumberBeyondTheLargest() {
    assertThat(Axis.fromZero("MB", List.of(17.3)).ticks())
        .containsExactly(0.0, 5.0, 10.0, 15.0, 20.0);
    assertThat(Axis.fromZero("MB", List.of(0.0)).at(0)).isZero();
  }
}
