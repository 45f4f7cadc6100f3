package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.HttpPort;
import dev.ripcord.server.MemoryDb;
import dev.ripcord.server.TestServer;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A page of processes that come and go, started from none of them. */
class WatchingTest {
  private final MemoryDb tables = new MemoryDb(InstantSource.system());
  private final Ripcord caller = Ripcord.builder().service("caller").build();
  private HttpPort http;
  private Page page;
  private Browser browser;

  private void show(int port) throws Exception {
    http = HttpPort.open(new InetSocketAddress("127.0.0.1", 0));
    page = Page.open(http, Page.Plan.watching("ui", "1", List.of("127.0.0.1:" + port), null));
    browser = new Browser(http.port());
  }

  @AfterEach
  void close() {
    page.close();
    http.close();
  }

  private JsonObject instance() throws Exception {
    return browser
        .get("/api/instances")
        .json()
        .getAsJsonArray("instances")
        .get(0)
        .getAsJsonObject();
  }

  private void awaitState(String state) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> instance().get("state").getAsString().equals(state));
  }

  private List<String> states() throws Exception {
    return browser.get("/api/requests").json().getAsJsonArray("requests").asList().stream()
        .map(request -> request.getAsJsonObject().get("state").getAsString())
        .toList();
  }

  @Test
  void whatRanBeforeIsSeen_andAProcessThatComesBackIsWatchedAgain() throws Exception {
    TestServer db = tables.serve();
    int port = db.port();
    try (CancelScope scope = Context.background().withCancel()) {
      var reply =
          DbGrpc.newFutureStub(db.channelFor(caller))
              .withOption(Ripcord.CONTEXT, scope.context())
              .query(QueryRequest.newBuilder().setName("heavy_report").build());
      await().until(() -> tables.heavy.get() == 1);
      show(port);
      awaitState("watched");
      await().until(() -> states().equals(List.of("live")));
      scope.cancel();
      await().until(() -> states().equals(List.of("stopped")));
      assertThat(reply).failsWithin(Duration.ofSeconds(5));
    } finally {
      db.close();
    }
    awaitState("unreachable");
    assertThat(instance().get("message").getAsString()).isNotEmpty();
    TestServer again = tables.serve(port);
    try {
      awaitState("watched");
      assertThat(states()).as("is still to be seen").isEqualTo(List.of("stopped"));
    } finally {
      again.close();
    }
  }

  @Test
  void nothingIsStartedHere() throws Exception {
    show(1);
    assertThat(browser.get("/api/about").json().get("start").getAsBoolean()).isFalse();
    assertThat(browser.post("/api/requests", "{}").error()).isEqualTo("not_found");
    awaitState("unreachable");
    JsonObject canceled =
        browser.delete("/api/requests/0123456789abcdef0123456789abcdef", null).json();
    assertThat(canceled.getAsJsonArray("unreachable")).hasSize(1);
  }
}
