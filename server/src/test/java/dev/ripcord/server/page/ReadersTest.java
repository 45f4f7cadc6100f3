package dev.ripcord.server.page;

import static dev.ripcord.server.page.Nodes.event;
import static dev.ripcord.server.page.Nodes.node;
import static dev.ripcord.server.page.Nodes.stopped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.Event.Type;
import dev.ripcord.server.HttpPort;
import dev.ripcord.server.page.Browser.Event;
import dev.ripcord.server.page.Browser.Events;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Those who read slowly, who are many, and who read much. */
class ReadersTest {
  private static final String GET = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  private final List<Socket> sockets = new ArrayList<>();
  private HttpPort http;
  private Board board;
  private Readers readers;
  private Browser browser;

  @BeforeEach
  void open() throws Exception {
    http = HttpPort.open(new InetSocketAddress("127.0.0.1", 0));
    board = new Board(new StopCounts(), () -> readers.changed());
    Watching nobody = new Watching(Instances.open(List.of()), board, scheduler, () -> {});
    readers = new Readers(board, nobody, new WallClock(), scheduler);
    http.page(
        "/events",
        call -> {
          try {
            return readers.open(new Readers.Wish(null, true, call.query("after")), null, s -> {});
          } catch (Refused e) {
            return e.answer();
          }
        });
    browser = new Browser(http.port());
  }

  @AfterEach
  void close() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    http.close();
    scheduler.shutdownNow();
  }

  private Socket connect() throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", http.port()));
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
    sockets.add(socket);
    return socket;
  }

  private void happened(Type type, dev.ripcord.proto.v1.Node.Builder node) {
    board.happened("a:1", event(type, node), 0, System.nanoTime());
  }

  @Test
  void fiveThousandNodesAreSentInParts_andThenOnlyWhatChanges() throws Exception {
    RequestId request = RequestId.random();
    for (int i = 0; i < 5_000; i++) {
      happened(Type.OPENED, node(i % 2 == 0 ? request : RequestId.random(), i));
    }
    try (Events events = browser.events("/events", Map.of())) {
      Map<String, String> states = new HashMap<>();
      boolean complete = false;
      boolean first = true;
      while (!complete) {
        Event event = events.next(first ? "snapshot" : "change");
        assertThat(event.data().getAsJsonArray("nodes").size()).isLessThanOrEqualTo(500);
        keep(event, states);
        complete = event.data().has("complete");
        first = false;
      }
      assertThat(states).hasSize(5_000);
      happened(Type.STOPPED, stopped(node(request, 4_000), System.nanoTime()));
      Event change = events.next("change");
      assertThat(change.data().getAsJsonArray("nodes")).hasSize(1);
      assertThat(change.data().getAsJsonArray("requests")).hasSize(1);
    }
  }

  private static void keep(Event event, Map<String, String> states) {
    for (JsonElement node : event.data().getAsJsonArray("nodes")) {
      states.put(
          node.getAsJsonObject().get("key").getAsString(),
          node.getAsJsonObject().get("state").getAsString());
    }
  }

  /** It gets what is, not all that was: nothing was kept for it. */
  @Test
  void aSlowReaderCostsNothing_andMissesNothingThatLasts() throws Exception {
    RequestId request = RequestId.random();
    String big = "orders.Orders/" + "x".repeat(900);
    int nodes = 200;
    try (Events fast = browser.events("/events", Map.of())) {
      Socket slow = connect();
      fast.next("snapshot");
      await().until(() -> readers.count() == 2);
      Map<String, String> fastStates = new HashMap<>();
      int rounds = 100;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < nodes; i++) {
          happened(Type.DOING, node(request, i).setMethod(big).setDoing("round " + round));
        }
        keep(fast.next("change"), fastStates); // it keeps up
      }
      for (int i = 0; i < nodes; i++) {
        happened(Type.STOPPED, stopped(node(request, i).setMethod(big), System.nanoTime()));
      }
      await()
          .until(
              () -> {
                keep(fast.next("change"), fastStates);
                return fastStates.values().stream().allMatch("done"::equals);
              });
      Map<String, String> states = new HashMap<>();
      long bytes = 0;
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.UTF_8));
      while (states.size() < nodes || !states.values().stream().allMatch("done"::equals)) {
        String line = lines.readLine();
        bytes += line.length();
        if (line.startsWith("data: ")) {
          var data = com.google.gson.JsonParser.parseString(line.substring(6)).getAsJsonObject();
          if (data.has("nodes")) {
            keep(new Event("", "", data), states);
          }
        }
      }
      // All that happened, a kilobyte each, would be 20 times as much and more.
      assertThat(bytes).isLessThan((long) rounds * nodes * 1_000 / 2);
    }
  }

  @Test
  void thereAreOnlySoMany_andAPlaceIsFreeAgainWhenOneGoes() throws Exception {
    for (int i = 0; i < Readers.MOST; i++) {
      connect();
    }
    await().until(() -> readers.count() == Readers.MOST);
    Browser.Told refused = browser.get("/events");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.error()).isEqualTo("too_many_readers");
    assertThat(refused.header("Retry-After")).isNotEmpty();
    sockets.remove(0).close();
    await().until(() -> readers.count() == Readers.MOST - 1);
    try (Events events = browser.events("/events", Map.of())) {
      assertThat(events.status()).isEqualTo(200);
      events.next("snapshot");
    }
  }

  @Test
  void whoHearsNothing_isSentASignOfLife() throws Exception {
    Socket socket = connect();
    await().until(() -> readers.count() == 1);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    await()
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              readers.tick();
              assertThat(lines.ready() ? lines.readLine() : "").startsWith(":");
            });
  }
}
