package dev.ripcord.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.client.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MainTest {
  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  @Test
  void helpListsEveryCommand() {
    assertThat(Main.execute("help")).isEqualTo(ExitCode.OK);
    assertThat(text(out))
        .contains("demo", "serve", "call", "ps", "tree", "cancel", "watch", "bench", "New here?");
  }

  @Test
  void helpOfACommandSaysItsExitCodes() {
    assertThat(Main.execute("call", "--help")).isEqualTo(ExitCode.OK);
    assertThat(text(out)).contains("overview", "export", "query", "Exit codes:", "124", "130");
    assertThat(Main.execute("demo", "--help")).isEqualTo(ExitCode.OK);
    assertThat(text(out)).contains("--only", "--repeat", "--keep", "--json", "sibling-failure");
  }

  @Test
  void whatIsWrongIsNamed() {
    assertThat(Main.execute()).isEqualTo(ExitCode.USAGE);
    assertThat(Main.execute("call")).isEqualTo(ExitCode.USAGE);
    assertThat(Main.execute("demo", "--only", "nonsense")).isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("there is no scenario \"nonsense\"", "plain-peer");
    assertThat(Main.execute("demo", "--repeat", "0", "--only", "cancel")).isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("--repeat must be 1 or more");
    assertThat(Main.execute("demo", "--json", "/no/such/folder/out.json"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("cannot write to /no/such/folder/out.json");
    assertThat(Main.execute("call", "export", "north", "--gateway", "nowhere"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("\"nowhere\" is not host:port");
    assertThat(Main.execute("call", "export", "north", "--gateway", "h:1", "--timeout", "soon"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("\"soon\" is not a time");
    assertThat(Main.execute("call", "queries", "--db", "h:1", "--value", "Not A Name=x"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("cannot be part of a header");
    assertThat(Main.execute("call", "queries", "--db", "h:1", "--binary-value", "badge=xyz"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("\"xyz\" is not hexadecimal");
    assertThat(Main.execute("call", "queries", "--db", "h:1", "--request-id", "12"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("--request-id");
    assertThat(
            Main.execute(
                "call", "find-leaked", "alice", "--identity", "h:1", "--leaked", "/no/such/file"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("cannot read \"/no/such/file\"");
    assertThat(
            Main.execute(
                "call", "archive", "users", "--db", "h:1", "--to", "/no/such/folder/users.csv.gz"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(text(err)).contains("cannot write to /no/such/folder/users.csv.gz");
  }

  @Test
  void aDemoWithoutAServer_saysHowToGetOne() {
    assertThat(Main.execute("demo")).isEqualTo(ExitCode.FAILED);
    assertThat(text(err)).contains("./ripcord demo");
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
