package dev.ripcord.client.demo;

import static dev.ripcord.client.demo.Nodes.call;
import static dev.ripcord.client.demo.Nodes.cut;
import static dev.ripcord.client.demo.Nodes.live;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.client.cli.Terminal;
import dev.ripcord.services.v1.Work;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PictureTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  private static Outcome outcome(boolean holds, WorkResult... work) {
    List<NodeResult> nodes =
        new Tree(
                List.of(
                    cut(live("gateway", 0, "g", "edge"), "CLIENT_CANCELED", 1_000_000)
                        .addCalls(call("i", "USER_CANCELED"))
                        .addCalls(call("t", "USER_CANCELED"))
                        .build(),
                    cut(live("identity", 1, "i", "g"), "USER_CANCELED", 2_000_000).build(),
                    cut(live("token", 1, "t", "g"), "USER_CANCELED", 2_000_000).build(),
                    cut(live("db", 2, "d", "i"), "USER_CANCELED", 3_400_000).build()),
                "USER_CANCELED")
            .resultsSince(0);
    return new Outcome(
        Scenario.CANCEL,
        "pressed cancel",
        nodes,
        List.of(work),
        Map.of(),
        0,
        List.of(new Check("everybody stopped", holds, "db runs on")),
        Duration.ofMillis(900));
  }

  private String drawn(boolean unicode, boolean colour, boolean holds) {
    new Picture(new Terminal(out, colour, unicode)).draw(outcome(holds));
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void aTreeInPlainText() {
    assertThat(drawn(false, false, true).lines().map(String::stripTrailing))
        .containsExactly(
            "   pressed cancel",
            "   `- gateway  Work       CANCELED           USER_CANCELED        1.0 ms  (told CLIENT_CANCELED)",
            "      |- identity  Work   CANCELED           USER_CANCELED        2.0 ms",
            "      |  `- db  Work      CANCELED           USER_CANCELED        3.4 ms",
            "      `- token  Work      CANCELED           USER_CANCELED        2.0 ms",
            "   ok all 1 checks hold, 0.9 s",
            "     everybody stopped");
  }

  @Test
  void aTreeWithLines_whereTheyCanBeShown() {
    assertThat(drawn(true, false, true))
        .contains("\u2514\u2500 gateway", "\u251c\u2500 identity", "\u2502  \u2514\u2500 db");
  }

  @Test
  void workIsShownWithTheTimeAtWhichItReallyStopped() {
    new Picture(new Terminal(out, false, false))
        .draw(
            outcome(
                true,
                new WorkResult(Work.Kind.HASH, "identity", "password", null, 37_240L),
                new WorkResult(Work.Kind.PROCESS, "db", "gzip", 4711L, 5_000L),
                new WorkResult(Work.Kind.LOCK, "token", "keys", null, null)));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(
            "   stopped for good: hash 37.2 ms (identity password),"
                + " process 5.0 ms (db gzip, 4711), lock still running (token keys)");
  }

  @Test
  void colourIsThereOnlyIfWanted() {
    assertThat(drawn(true, false, false)).doesNotContain("\u001b");
    assertThat(drawn(true, true, false)).contains("\u001b[31m");
  }

  @Test
  void whatDoesNotHold_isSaidWithWhatWasSeen() {
    assertThat(drawn(false, false, false))
        .contains(
            "FAILED 0 of 1 checks hold", "FAILED not so: everybody stopped", "seen: db runs on");
  }
}
