package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.server.HttpPort;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code ui} is not told well: that it says so, and ends. */
class UiTest {
  private static final int CANNOT_START = 1;
  private static final int WRONG_USAGE = 2;

  private final StringWriter said = new StringWriter();

  private int run(String... words) {
    return new CommandLine(new Ui()).setErr(new PrintWriter(said, true)).execute(words);
  }

  @Test
  void withoutAnyProcess_asksWhich() {
    assertThat(run()).isEqualTo(WRONG_USAGE);
    assertThat(said.toString()).contains("Which processes?", "RIPCORD_INSTANCES", "Usage:");
  }

  @Test
  void whatIsNoAddress_isNamed() {
    for (String address : List.of("nowhere", "127.0.0.1:", ":50050", "a:b:1")) {
      said.getBuffer().setLength(0);
      assertThat(run("127.0.0.1:50050", address)).as(address).isEqualTo(WRONG_USAGE);
      assertThat(said.toString()).contains('"' + address + '"', "host:port");
    }
    assertThat(run("127.0.0.1:70000")).isEqualTo(WRONG_USAGE);
    assertThat(said.toString()).contains("port 70000 is not");
    assertThat(run("nothing:///127.0.0.1:50050")).isEqualTo(WRONG_USAGE);
    assertThat(said.toString()).contains("nothing");
  }

  @Test
  void whatIsNoPort_isNamed() {
    assertThat(run("--port", "http", "127.0.0.1:50050")).isEqualTo(WRONG_USAGE);
    assertThat(said.toString()).contains("--port", "'http' is not an int");
    said.getBuffer().setLength(0);
    assertThat(run("--port", "70000", "127.0.0.1:50050")).isEqualTo(WRONG_USAGE);
    assertThat(said.toString()).contains("70000");
  }

  @Test
  void whereSomebodyElseListens_itDoesNotStart() throws Exception {
    try (HttpPort taken = HttpPort.open(new InetSocketAddress("127.0.0.1", 0))) {
      String port = String.valueOf(taken.port());
      assertThat(run("--port", port, "127.0.0.1:50050")).isEqualTo(CANNOT_START);
      assertThat(said.toString()).contains("cannot listen on 127.0.0.1:" + port);
    }
  }
}
