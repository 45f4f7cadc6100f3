package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

class ServeTest {
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void aRoleIsEnoughForDb() {
    RunningRole.Plan plan = plan("--role", "db");

    assertThat(plan.role().name()).isEqualTo("db");
    assertThat(plan.host()).isEqualTo("127.0.0.1");
    assertThat(plan.port()).isZero();
    assertThat(plan.instance()).isNull();
    assertThat(plan.peers()).isEmpty();
    assertThat(plan.patience()).isEqualTo(Duration.ofSeconds(30));
    assertThat(plan.settings()).isEqualTo(new Settings(null, null, null, null));
  }

  @Test
  void flagsReachThePlan() {
    RunningRole.Plan plan =
        plan(
            "--role",
            "db",
            "--host",
            "0.0.0.0",
            "--port",
            "50053",
            "--instance",
            "db-1",
            "--patience",
            "5",
            "--database-url",
            "jdbc:postgresql://h/d",
            "--database-user",
            "u",
            "--database-password",
            "p",
            "--data-dir",
            "/data");

    assertThat(plan.host()).isEqualTo("0.0.0.0");
    assertThat(plan.port()).isEqualTo(50053);
    assertThat(plan.instance()).isEqualTo("db-1");
    assertThat(plan.patience()).isEqualTo(Duration.ofSeconds(5));
    assertThat(plan.settings())
        .isEqualTo(new Settings("jdbc:postgresql://h/d", "u", "p", Path.of("/data")));
  }

  @Test
  void theEnvironmentGivesWhatFlagsDoNot() {
    environment.put("RIPCORD_ROLE", "db");
    environment.put("RIPCORD_PORT", "50053");
    environment.put("RIPCORD_DATABASE_URL", "jdbc:postgresql://h/d");
    environment.put("RIPCORD_DATA_DIR", "");

    RunningRole.Plan plan = plan("--port", "50054");

    assertThat(plan.role().name()).isEqualTo("db");
    assertThat(plan.port()).isEqualTo(50054);
    assertThat(plan.settings().databaseUrl()).isEqualTo("jdbc:postgresql://h/d");
    assertThat(plan.settings().dataDir()).isNull();
  }

  @Test
  void everyFlagHasAVariable() {
    for (OptionSpec option : command().getCommandSpec().options()) {
      assertThat(EnvironmentDefaults.variableOf(option.longestName())).matches("RIPCORD_[A-Z_]+");
    }
    assertThat(EnvironmentDefaults.variableOf("--database-url")).isEqualTo("RIPCORD_DATABASE_URL");
  }

  @Test
  void everyRoleGetsThePeersItCalls() {
    String[] peers = {"--identity", "i:1", "--db", "d:2", "--token", "[::1]:3"};
    for (String role : Roles.names()) {
      RunningRole.Plan plan = plan(concat(new String[] {"--role", role}, peers));
      assertThat(plan.peers().keySet()).containsExactlyElementsOf(plan.role().peers());
    }
    assertThat(plan(concat(new String[] {"--role", "gateway"}, peers)).peers())
        .containsEntry("identity", new Address("i", 1))
        .containsEntry("token", new Address("[::1]", 3));
  }

  @Test
  void aMissingPeerIsAskedForByItsFlag() {
    assertWrong(
        "The role identity calls db: say where it is with --db host:port (or RIPCORD_DB)",
        "--role",
        "identity");
    assertWrong("--identity", "--role", "gateway", "--db", "127.0.0.1:1", "--token", "127.0.0.1:2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        ":1",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        "local host:1",
        "http://h:1",
        "h:-1"
      })
  void aBadAddressIsNamed(String address) {
    assertWrong(
        "--db: \"" + address + "\" is not an address; give host:port",
        "--role",
        "identity",
        "--db",
        address);
  }

  private static final String[] GATEWAY = {
    "--role", "gateway", "--identity", "i:1", "--db", "d:2", "--token", "t:3", "--http-port", "0"
  };

  @Test
  void aPageThatOthersReachNeedsAToken(@TempDir Path folder) throws IOException {
    String[] open = concat(GATEWAY, new String[] {"--http-host", "0.0.0.0"});
    assertWrong("--http-host 0.0.0.0 lets other machines reach the page", open);
    assertWrong(
        "The token for HTTP has less than 16 characters",
        concat(open, new String[] {"--http-token", "short"}));
    assertWrong(
        "--http-token-file: cannot read",
        concat(open, new String[] {"--http-token-file", folder.resolve("none").toString()}));
    Path file = Files.writeString(folder.resolve("token"), "0123456789abcdef  \n");
    RunningRole.Plan plan = plan(concat(open, new String[] {"--http-token-file", file.toString()}));
    assertThat(plan.settings().httpToken()).isEqualTo("0123456789abcdef");
    assertThat(plan.settings().toString()).doesNotContain("0123456789abcdef");
    environment.put("RIPCORD_HTTP_TOKEN", "fedcba9876543210");
    assertThat(plan(open).settings().httpToken()).isEqualTo("fedcba9876543210");
    environment.clear();
    assertThat(plan(GATEWAY).settings().httpToken()).isNull();
    // Numbers are for everybody.
    assertThat(plan("--role", "db", "--http-port", "0", "--http-host", "0.0.0.0").httpHost())
        .isEqualTo("0.0.0.0");
  }

  @Test
  void moreProcessesCanBeWatched() {
    RunningRole.Plan plan = plan(concat(GATEWAY, new String[] {"--watch", "a:1,b:2"}));
    assertThat(plan.settings().watched()).containsExactly("a:1", "b:2");
    assertWrong("--watch: \"a\" is not host:port", concat(GATEWAY, new String[] {"--watch", "a"}));
  }

  @Test
  void numbersOutOfRangeAreNamed() {
    assertWrong("--port 65536 is not between 0 and 65535", "--role", "db", "--port", "65536");
    assertWrong("--port -1 is not", "--role", "db", "--port", "-1");
    assertWrong("--grace -1 is not", "--role", "db", "--grace", "-1");
    assertWrong("--patience 100000 is not", "--role", "db", "--patience", "100000");
    assertWrong("'--port'", "--role", "db", "--port", "http");
  }

  @Test
  void anInstanceMustFitIntoALogLine() {
    assertWrong("--instance \"a b\" is not", "--role", "db", "--instance", "a b");
  }

  @Test
  void formatsAreCheckedAndCaseDoesNotMatter() {
    plan("--role", "db", "--log-format", "JSON", "--log-level", "Debug");
    assertWrong("--log-format", "--role", "db", "--log-format", "xml");
  }

  @Test
  void settingsNeverShowThePassword() {
    assertThat(new Settings("jdbc:postgresql://h/d", "u", "secret", null).toString())
        .doesNotContain("secret");
  }

  private CommandLine command() {
    return Serve.commandLine(environment);
  }

  private RunningRole.Plan plan(String... flags) {
    CommandLine command = command();
    command.parseArgs(flags);
    Serve serve = command.getCommand();
    return serve.plan();
  }

  private void assertWrong(String part, String... flags) {
    ParameterException e = assertThrows(ParameterException.class, () -> plan(flags));
    assertThat(e).hasMessageContaining(part);
  }

  private static String[] concat(String[] a, String[] b) {
    String[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
