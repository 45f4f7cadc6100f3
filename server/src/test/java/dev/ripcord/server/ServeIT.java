package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a person sees whose command was wrong: one paragraph that says what to do, and an exit code.
 */
class ServeIT {
  @TempDir Path temp;

  @Test
  void helpIsComplete() {
    try (ServeProcess serve = ServeProcess.start(temp, Map.of(), "--help")) {
      assertThat(serve.awaitExit()).isZero();
      assertThat(serve.out())
          .contains(
              "--role",
              "--port",
              "--database-url",
              "RIPCORD_DATABASE_URL",
              "Examples:",
              "Exit codes:");
    }
  }

  @Test
  void anUnknownRole() {
    assertRefused(
        2,
        "There is no role \"nonsense\". Give one of: db, token, identity, gateway.",
        "--role",
        "nonsense");
  }

  @Test
  void noRole() {
    assertRefused(2, "Missing required option: '--role", "--port", "0");
  }

  @Test
  void anUnknownFlag() {
    assertRefused(2, "Unknown options: '--prot'", "--role", "db", "--prot", "1");
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(taken.getLocalPort());

      assertRefused(
          1,
          "Something else listens on 127.0.0.1:"
              + port
              + ". Stop it, or give another port with --port (0 takes any free one).",
          "--role",
          "db",
          "--port",
          port);
    }
    assertThat(temp.toFile().list((folder, name) -> name.startsWith("ripcord"))).isEmpty();
  }

  @Test
  void anAddressOfAnotherMachine() {
    assertRefused(
        1, "192.0.2.1 is not an address of this machine", "--role", "db", "--host", "192.0.2.1");
  }

  @Test
  void aHostThatIsNone() {
    assertRefused(1, "There is no host \"no host\"", "--role", "db", "--host", "no host");
  }

  @Test
  void aPortThatOnlyRootMayUse() {
    assumeFalse(System.getProperty("user.name").equals("root"));
    assertRefused(1, "Cannot listen on 127.0.0.1:1", "--role", "db", "--port", "1");
  }

  @Test
  void aPeerThatDoesNotAnswer() throws IOException {
    String nobody = "127.0.0.1:" + freePort();

    assertRefused(
        1,
        "The service db at " + nobody + " cannot be used: it does not answer",
        "--role",
        "identity",
        "--db",
        nobody,
        "--patience",
        "0");
  }

  @Test
  void aPeerThatIsNoPeer() throws IOException {
    // Accepts connections and never says a word.
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + silent.getLocalPort();

      assertRefused(
          1,
          "The service db at " + address + " cannot be used",
          "--role",
          "identity",
          "--db",
          address,
          "--patience",
          "1");
    }
  }

  private void assertRefused(int exitCode, String part, String... flags) {
    try (ServeProcess serve = ServeProcess.start(temp, Map.of(), flags)) {
      assertThat(serve.awaitExit()).as(serve.err()).isEqualTo(exitCode);
      assertThat(serve.err()).contains("serve: ").contains(part).doesNotContain("\tat ");
      assertThat(serve.out()).isEmpty();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
