package dev.ripcord.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.client.Main;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.QueryRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An ignored context, as an operator sees it: a process that ignores, another that asks. */
class OverdueIT {
  private static final String CULPRIT = "StubbornServer.computeWhateverHappens(";

  private static Process begin(Class<?> main, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String ripcord(String... arguments) throws Exception {
    Process process = begin(Main.class, arguments);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "virtual"})
  void whatIgnoresItsContext_isInPsAndTree_withTheStackThatDoes(String threads) throws Exception {
    assumeTrue(threads.equals("platform") || Runtime.version().feature() >= 21);
    Process server = begin(StubbornServer.class, threads);
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
      String ready = out.readLine();
      assertThat(ready).startsWith("READY port=");
      String address = "127.0.0.1:" + ready.substring("READY port=".length());
      Ripcord caller = Ripcord.builder().service("caller").instance("c1").build();
      try (ServiceConnection connection = ServiceConnection.open(caller, address)) {
        look(connection, address, threads);
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  private static void look(ServiceConnection connection, String address, String threads)
      throws Exception {
    RequestId id = RequestId.random();
    try (CancelScope scope = Ripcord.withRequestId(Context.background(), id).withCancel()) {
      var stub = connection.db().in(scope.context()).future();
      var handler = stub.query(QueryRequest.getDefaultInstance());
      var branch = stub.execute(QueryRequest.getDefaultInstance());
      await(() -> ripcord("ps", "-i", address).contains("2 calls"));
      scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      assertThat(handler).failsWithin(Duration.ofSeconds(30));
      assertThat(branch).failsWithin(Duration.ofSeconds(30));
    }
    // The one's handler, the other's handler, which waits, and its branch.
    await(() -> ripcord("ps", "-i", address).split(" runs on ", -1).length > 3);

    String ps = ripcord("ps", "-i", address);
    assertThat(ps).contains(id + "  overdue", "USER_CANCELED", "stubborn/s1  Db/Query", CULPRIT);
    assertThat(ps).contains("handler runs on ", "task \"nightly\" runs on ", " more");
    assertThat(ps).doesNotContain("io.grpc.internal", "java.base");

    String tree = ripcord("tree", id.toString(), "-i", address, "--stacks");
    assertThat(tree).contains("Db/Query  overdue", "\"pressed cancel\"", CULPRIT);
    assertThat(tree).contains("io.grpc.internal", "LockSupport.parkNanos(");
    if (threads.equals("virtual")) {
      assertThat(tree).contains("java.lang.VirtualThread.");
    }
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .until(condition);
  }
}
