package dev.ripcord.client.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.client.Main;
import dev.ripcord.client.cli.ExitCode;
import dev.ripcord.grpc.RequestId;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code call}, each time in a process of its own, against running services. */
class CallIT {
  private static Cluster cluster;
  private static Observatory observatory;

  @BeforeAll
  static void start() throws Exception {
    Path jar = Path.of(System.getProperty("ripcord.server.jar"));
    // False only where this module is built without the server.
    assumeTrue(Files.exists(jar));
    cluster = Cluster.of(jar);
    cluster.start(ready -> {});
    observatory = new Observatory(cluster.addresses());
  }

  @AfterAll
  static void stop() {
    if (observatory != null) {
      observatory.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private record Result(int code, String out) {}

  private static Process begin(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(ChildProcess.options());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "call"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static Result end(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), out);
  }

  private static Result call(String... arguments) throws Exception {
    return end(begin(arguments));
  }

  private static String at(String service) {
    return "--" + service + "=" + cluster.address(service);
  }

  @Test
  void anAnswerIsPrinted_asTextAndAsJson() throws Exception {
    Result table = call("query", "sales_report", "region=north", at("db"));
    assertThat(table.out()).startsWith("category\torders\titems\trevenue_cents");
    assertThat(table.code()).isEqualTo(ExitCode.OK);

    Result json = call("activity", "--json", at("db"));
    assertThat(json.out()).startsWith("{").contains("\"pool_active\": 0", "\"statements\": []");
    assertThat(json.code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void anArchiveIsWrittenToAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.csv.gz");
    Result archive =
        call("archive", "sales_report", "region=north", "--to", file.toString(), at("db"));
    assertThat(archive.code()).as(archive.out()).isEqualTo(ExitCode.OK);
    try (InputStream report = new GZIPInputStream(Files.newInputStream(file))) {
      List<String> lines =
          new String(report.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(lines.get(0)).isEqualTo("category,orders,items,revenue_cents");
      assertThat(archive.out()).contains("rows: " + (lines.size() - 1));
    }
  }

  @Test
  void aLeakIsAnswered(@TempDir Path folder) throws Exception {
    Path leaked = Files.writeString(folder.resolve("leaked"), "hunter2\n\ncorrect horse bob\n");
    String[] bob = {"find-leaked", "bob", "--leaked", leaked.toString(), at("identity")};
    assertThat(call(bob).out()).contains("found: true", "tried: 2");
    Matcher jwt =
        Pattern.compile("token: (\\S+)")
            .matcher(
                call("login", "--user", "alice", "--password", "correct horse alice", at("gateway"))
                    .out());
    assertThat(jwt.find()).isTrue();

    Result answer =
        call(
            "answer-leak",
            "--jwt",
            jwt.group(1),
            "--user",
            "bob",
            "--leaked",
            leaked.toString(),
            at("gateway"));

    assertThat(answer.code()).as(answer.out()).isEqualTo(ExitCode.OK);
    assertThat(answer.out()).contains("found: true", "key_id: ");
    assertThat(call("rotate-key", at("token")).out()).contains("key_id: ");
  }

  @Test
  void valuesReachEveryProcess() throws Exception {
    Result overview =
        call(
            "overview",
            "--user",
            "alice",
            "--password",
            "correct horse alice",
            "--value",
            "tenant=acme",
            "--binary-value",
            "badge=00cafe",
            at("gateway"));

    assertThat(overview.code()).as(overview.out()).isEqualTo(ExitCode.OK);
    assertThat(overview.out().lines().filter(line -> line.contains("service=")))
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(line -> line.contains("tenant=acme badge=00cafe"));
  }

  @Test
  void failuresHaveTheirOwnCodes() throws Exception {
    Result wrong = call("login", "--user", "alice", "--password", "wrong", at("gateway"));
    assertThat(wrong.out()).contains("UNAUTHENTICATED").doesNotContain("\tat ");
    assertThat(wrong.code()).isEqualTo(ExitCode.FAILED);

    Result late =
        call("overview", "--user", "alice", "--load", "heavy", "--timeout", "300ms", at("gateway"));
    assertThat(late.out()).contains("out of time: gateway at");
    assertThat(late.code()).isEqualTo(ExitCode.DEADLINE);

    Result nobody = call("queries", "--db", "127.0.0.1:1");
    assertThat(nobody.out()).contains("cannot be reached", "ripcord serve --role db");
    assertThat(nobody.code()).isEqualTo(ExitCode.FAILED);

    Result other = call("queries", "--db", cluster.address("token"));
    assertThat(other.out()).contains("is no db");
    assertThat(other.code()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void ctrlC_cancelsEverywhere_andSaysWhatWasCanceled() throws Exception {
    RequestId id = RequestId.random();
    Process process =
        begin(
            "overview",
            "--user",
            "alice",
            "--load",
            "heavy",
            "--request-id",
            id.toString(),
            at("gateway"));
    observatory.await(
        id, nodes -> nodes.stream().filter(Tree::isLive).count() >= 4, Duration.ofSeconds(60));

    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

    Result canceled = end(process);
    assertThat(canceled.out())
        .contains("canceled: gateway at", "USER_CANCELED \"pressed Ctrl-C\"", id.toString());
    assertThat(canceled.code()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(observatory.await(id, Tree::haveAllStopped, Duration.ofSeconds(20)))
        .hasSizeGreaterThanOrEqualTo(4)
        .allMatch(node -> node.getStoppedMonotonicNs() != 0);
  }
}
