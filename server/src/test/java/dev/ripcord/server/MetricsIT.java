package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process's numbers after a real cancel, in which nobody sees an error. */
class MetricsIT {
  private static final HttpClient BROWSER = HttpClient.newHttpClient();
  private static final String VERIFY = "ripcord.services.token.v1.Token/Verify";

  @TempDir Path temp;

  private static HttpResponse<String> ask(ServeProcess process, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + process.httpPort() + path);
    return BROWSER.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aCancel_isCountedAsEnded_notAsFailed_andNotLoggedAsOne() throws Exception {
    try (ServeProcess token =
        ServeProcess.start(temp, Map.of(), "--role", "token", "--http-port", "0")) {
      int port = token.awaitReady();
      assertThat(ask(token, "/healthz").body()).isEqualTo("SERVING\n");
      cancelAVerification(port, token);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(ask(token, "/metrics").body())
                      .contains("ripcord_calls_ended_total{code=\"USER_CANCELED\"} 1.0")
                      .contains("ripcord_calls_live 0.0"));
      String metrics = ask(token, "/metrics").body();
      assertThat(metrics)
          .contains("ripcord_stop_duration_seconds_count{method=\"" + VERIFY + "\"")
          .contains("ripcord_stop_duration_seconds_bucket{method=\"" + VERIFY + "\"")
          .contains("ripcord_work_overdue 0.0")
          .contains(
              "ripcord_server_call_duration_seconds_count{method=\""
                  + VERIFY
                  + "\",outcome=\"ended\"} 1")
          .doesNotContain("outcome=\"failed\"");
      assertThat(token.err()).contains("USER_CANCELED").doesNotContain(" WARN ", " ERROR ");
    }
  }

  private static void cancelAVerification(int port, ServeProcess token) throws Exception {
    Ripcord caller = Ripcord.builder().service("caller").build();
    ManagedChannel channel =
        caller.install(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext()).build();
    try (CancelScope scope = Context.background().withCancel()) {
      String jwt =
          TokenGrpc.newBlockingStub(channel)
              .issue(IssueRequest.newBuilder().setSubject("alice").build())
              .getToken();
      VerifyRequest heavy = VerifyRequest.newBuilder().setToken(jwt).setLoad(Load.HEAVY).build();
      var verdict =
          TokenGrpc.newFutureStub(channel)
              .withOption(Ripcord.CONTEXT, scope.context())
              .verify(heavy);
      await().until(() -> ask(token, "/metrics").body().contains("ripcord_calls_live 1.0"));
      scope.cancel(Reason.USER_CANCELED);
      assertThat(verdict).failsWithin(Duration.ofSeconds(30));
    } finally {
      channel.shutdownNow();
    }
  }
}
