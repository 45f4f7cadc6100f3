package dev.ripcord.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line, with groups that measure nothing. */
class BenchCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();
  private final AtomicBoolean wasQuick = new AtomicBoolean();

  private final Group first =
      group("first", run -> run.row(Row.without("first", "a", "ns", 2.5, "Go", "no go here")));
  private final Group second =
      group(
          "second",
          run -> {
            wasQuick.set(run.quick());
            run.row(
                Row.lessIsBetter(
                    "second", "b", "ns", "peer", Rounds.of(List.of(1.0), List.of(4.0))));
          });
  private final Group broken =
      group(
          "broken",
          run -> {
            throw new IllegalStateException("no socket");
          });

  @TempDir Path folder;

  private interface Body {
    void run(Run run);
  }

  private static Group group(String name, Body body) {
    return new Group() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String purpose() {
        return "for the test of " + name;
      }

      @Override
      public Duration budget() {
        return Duration.ofSeconds(1);
      }

      @Override
      public void run(Run run) {
        body.run(run);
      }
    };
  }

  private int bench(List<Group> groups, String... arguments) {
    CommandLine command = new CommandLine(new Main(groups, new PrintStream(out, true, UTF_8)));
    return command.setErr(new PrintWriter(err)).execute(arguments);
  }

  private String printed() {
    return out.toString(UTF_8);
  }

  @Test
  void withoutArguments_everyGroupRuns_theLongWay() {
    assertThat(bench(List.of(first, second))).isZero();

    assertThat(printed()).contains("for the test of first", "for the test of second");
    assertThat(wasQuick).isFalse();
  }

  @Test
  void jsonHasTheMachineAndTheRows_withNothingInPlaceOfAMissingPeer() throws Exception {
    Path json = folder.resolve("out.json");

    assertThat(bench(List.of(first, second), "--quick", "--json", json.toString())).isZero();

    assertThat(wasQuick).isTrue();
    assertThat(Files.readString(json))
        .startsWith("{\n  \"machine\": {")
        .containsSubsequence(
            "\"cpu\"", "\"cores\"", "\"memory_mb\"", "\"jdk\"", "\"os\"", "\"load_at_start\"")
        .endsWith(
            """
              "rows": [
                {
                  "group": "first",
                  "name": "a",
                  "unit": "ns",
                  "ours": 2.5,
                  "peer": null,
                  "peer_name": "Go",
                  "ratio": null,
                  "spread": null,
                  "note": "Go: no go here"
                },
                {
                  "group": "second",
                  "name": "b",
                  "unit": "ns",
                  "ours": 1.0,
                  "peer": 4.0,
                  "peer_name": "peer",
                  "ratio": 0.25,
                  "spread": 0.0
                }
              ]
            }
            """);
  }

  @Test
  void aMissingPeerIsSaidInThePrintedTable() {
    bench(List.of(first));

    assertThat(printed()).contains("Go: no go here");
  }

  @Test
  void onlyTheGroupsAskedForRun_inThatOrder() {
    assertThat(bench(List.of(first, second, broken), "--only", "second,first")).isZero();

    assertThat(printed()).containsSubsequence("second:", "first:").doesNotContain("broken");
  }

  @Test
  void aGroupThatDoesNotExistIsRefused_beforeAnythingIsMeasured() {
    assertThat(bench(List.of(first, second), "--only", "first,frist")).isEqualTo(2);

    assertThat(err.toString()).contains("no such group: frist", "first, second");
    assertThat(printed()).isEmpty();
  }

  @Test
  void listMeasuresNothing() {
    assertThat(bench(List.of(first, broken), "--list")).isZero();

    assertThat(printed()).contains("first", "broken").doesNotContain("failed", "took");
  }

  @Test
  void aBrokenGroupFailsTheCommand_butCostsTheOthersNothing() throws Exception {
    Path json = folder.resolve("out.json");

    assertThat(bench(List.of(broken, second), "--json", json.toString())).isEqualTo(1);

    assertThat(printed()).contains("broken failed", "no socket");
    assertThat(Files.readString(json)).contains("\"second\"");
  }

  @Test
  void aFileThatCannotBeWritten_isFoundBeforeAnythingIsMeasured() {
    Path json = folder.resolve("no such folder").resolve("out.json");

    assertThat(bench(List.of(second), "--json", json.toString())).isEqualTo(2);

    assertThat(printed()).doesNotContain("second");
    assertThat(err.toString()).contains("cannot write " + json);
  }

  @Test
  void reportHasAPageForEachGroup_withItsTable_andTheCommandThatMadeIt() throws Exception {
    assertThat(bench(List.of(first, second), "--quick", "--report", folder.toString())).isZero();

    assertThat(Files.readString(folder.resolve("first.md")))
        .contains("`./ripcord bench --quick --only first`", "for the test of first")
        .contains("| a | ns | 2.5 [1] | Go |", "1. Go: no go here");
    assertThat(Files.readString(folder.resolve("second.md"))).contains("| b | ns | 1 | peer | 4 |");
  }

  @Test
  void aFolderThatCannotBeMade_isFoundBeforeAnythingIsMeasured() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(bench(List.of(second), "--report", file.resolve("below").toString())).isEqualTo(2);

    assertThat(printed()).doesNotContain("second");
  }

  @Test
  void atTheEndItIsSaidHowLongEachGroupTook() {
    bench(List.of(first, second), "--quick");

    assertThat(printed()).containsSubsequence("first      took", "second     took", "all of it");
  }

  @Test
  void theGroupsBudgetsAreTenMinutes() {
    assertThat(Groups.ALL.stream().map(Group::budget).reduce(Duration.ZERO, Duration::plus))
        .isLessThanOrEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void aBusyMachineIsSaid() {
    new Run(new PrintStream(out, true, UTF_8), true, new Machine("cpu", 2, 1024, "jdk", "os", 1.7));

    assertThat(printed()).contains("busy");
  }
}
