package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ripcord.server.page.Browser.Event;
import dev.ripcord.server.page.Browser.Events;
import dev.ripcord.server.page.Browser.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The page of a gateway over HTTP, with the services it calls, db's tables in memory.
 *
 * <pre>
 *   browser - page - gateway - identity - db
 *                            - db
 *                            - token
 * </pre>
 */
class PageTest {
  private static final String HEAVY =
      "{\"load\": \"heavy\", \"tenant\": \"acme\", \"user\": \"alice\","
          + " \"password\": \"correct horse alice\", \"timeout_ms\": 60000}";
  private static final String DB_ONLY = "{\"branches\": [\"db\"], \"load\": \"heavy\"}";

  private static FourRoles roles;
  private static Browser browser;

  private final List<Events> streams = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    roles = new FourRoles();
    browser = roles.browser();
    await()
        .untilAsserted(
            () ->
                assertThat(all(browser.get("/api/instances").json(), "instances"))
                    .hasSize(4)
                    .allMatch(its -> its.get("state").getAsString().equals("watched"))
                    .allMatch(its -> its.has("service")));
  }

  @AfterAll
  static void stop() throws Exception {
    roles.close();
  }

  @AfterEach
  void closeStreams() throws IOException {
    for (Events stream : streams) {
      stream.close();
    }
  }

  private Events keep(Events stream) {
    streams.add(stream);
    return stream;
  }

  private static List<JsonObject> all(JsonObject json, String name) {
    List<JsonObject> all = new ArrayList<>();
    for (JsonElement each : json.getAsJsonArray(name)) {
      all.add(each.getAsJsonObject());
    }
    return all;
  }

  private static String text(JsonObject json, String name) {
    return json.has(name) ? json.get(name).getAsString() : "";
  }

  private static JsonObject start(String body) throws Exception {
    Told told = browser.post("/api/requests", body);
    assertThat(told.status()).as(told.whole().body()).isEqualTo(201);
    assertThat(told.header("Location")).isEqualTo("/requests/" + text(told.json(), "id"));
    return told.json();
  }

  private static JsonObject tree(String id) throws Exception {
    return browser.get("/api/requests/" + id).json();
  }

  /** Until that many nodes of it run. */
  private static JsonObject awaitRunning(String id, int nodes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> tree(id).getAsJsonObject("request").get("running").getAsInt() == nodes);
    try {
      return tree(id);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static JsonObject awaitState(String id, String state) throws Exception {
    await().until(() -> text(tree(id).getAsJsonObject("request"), "state").equals(state));
    return tree(id);
  }

  @Test
  void aCancelIsSeenToStopAllServices_withItsReasonAndWay() throws Exception {
    String id = text(start(HEAVY), "id");
    JsonObject running = awaitRunning(id, 5);
    Set<String> services = new TreeSet<>();
    all(running, "nodes").forEach(node -> services.add(text(node, "service")));
    assertThat(services).containsExactly("db", "gateway", "identity", "token");
    assertThat(all(running, "nodes")).allMatch(node -> node.has("deadline_ms"));
    await()
        .untilAsserted(
            () ->
                assertThat(all(tree(id), "nodes"))
                    .extracting(node -> text(node, "doing"))
                    .contains("query heavy_report", "query user_activity"));
    JsonObject request = running.getAsJsonObject("request");
    assertThat(text(request, "method")).endsWith("Gateway/Overview");
    assertThat(text(request.getAsJsonObject("started"), "tenant")).isEqualTo("acme");

    Events events = keep(browser.events("/api/requests/" + id + "/events", Map.of()));
    assertThat(events.next("snapshot").data().get("complete").getAsBoolean()).isTrue();
    Told canceled =
        browser.delete("/api/requests/" + id, "{\"message\": \"pressed <b>cancel</b>\"}");
    assertThat(canceled.status()).isEqualTo(200);
    JsonObject end = events.next("end").data().getAsJsonObject("request");
    assertThat(text(end, "state")).isEqualTo("stopped");
    assertThat(text(end.getAsJsonObject("outcome"), "status")).isEqualTo("CANCELLED");
    assertThat(end.getAsJsonObject("cancel").get("pressed").getAsBoolean()).isTrue();

    List<JsonObject> nodes = new ArrayList<>(all(tree(id), "nodes"));
    nodes.removeIf(node -> text(node, "doing").equals("query user_by_name"));
    assertThat(nodes).hasSize(5);
    for (JsonObject node : nodes) {
      assertThat(text(node, "state")).as("%s", node).isEqualTo("stopped");
      JsonObject why = node.getAsJsonObject("cancellation");
      assertThat(text(why, "code")).isEqualTo("USER_CANCELED");
      assertThat(text(why, "message")).isEqualTo("pressed <b>cancel</b>");
      assertThat(text(why.getAsJsonObject("origin"), "service")).isEqualTo("gateway");
      assertThat(text(why.getAsJsonObject("origin"), "principal")).isEqualTo("127.0.0.1");
      assertThat(node.get("told_us").getAsLong()).isNotNegative();
      assertThat(node.get("stopped_us").getAsLong())
          .isGreaterThanOrEqualTo(node.get("told_us").getAsLong());
    }
    assertThat(nodes)
        .extracting(node -> text(node, "service") + " by " + way(node))
        .containsExactlyInAnyOrder(
            "gateway by [gateway]",
            "identity by [gateway, identity]",
            "db by [gateway, db]",
            "token by [gateway, token]",
            "db by [gateway, identity, db]");
  }

  private static List<String> way(JsonObject node) {
    return all(node.getAsJsonObject("cancellation"), "path").stream()
        .map(hop -> text(hop, "service"))
        .toList();
  }

  @Test
  void whatIsNotJavaScript_isNotMadeOfIt() throws Exception {
    String id = text(start(DB_ONLY), "id");
    awaitRunning(id, 2);
    browser.delete("/api/requests/" + id, "{\"message\": \"<script>\"}");
    await().until(() -> browser.get("/api/requests/" + id).whole().body().contains("script"));
    assertThat(browser.get("/api/requests/" + id).whole().body()).doesNotContain("<", ">");
  }

  @Test
  void aDryRunEndsNothing() throws Exception {
    String id = text(start(DB_ONLY), "id");
    awaitRunning(id, 2);
    JsonObject would = browser.delete("/api/requests/" + id + "?dry_run=true", null).json();
    assertThat(would.get("found").getAsInt()).isEqualTo(2);
    assertThat(all(would, "nodes")).hasSize(2).allMatch(n -> text(n, "state").equals("live"));
    assertThat(would.has("pressed_ms")).isFalse();
    assertThat(tree(id).getAsJsonObject("request").get("running").getAsInt()).isEqualTo(2);
    assertThat(browser.delete("/api/requests/" + id + "?reason=enough", null).status())
        .isEqualTo(200);
    JsonObject ended = awaitState(id, "stopped");
    assertThat(text(ended.getAsJsonObject("request").getAsJsonObject("cancellation"), "message"))
        .isEqualTo("enough");
  }

  @Test
  void severalAreEndedAtOnce_andASingleNode() throws Exception {
    String first = text(start(DB_ONLY), "id");
    String second = text(start(DB_ONLY), "id");
    String third = text(start(HEAVY), "id");
    awaitRunning(first, 2);
    awaitRunning(second, 2);
    JsonObject tree = awaitRunning(third, 5);
    String identity =
        all(tree, "nodes").stream()
            .filter(node -> text(node, "service").equals("identity"))
            .map(node -> text(node, "id"))
            .findFirst()
            .orElseThrow();
    Told told =
        browser.post(
            "/api/cancellations",
            "{\"requests\": [\""
                + first
                + "\", \""
                + second
                + "\"], \"nodes\": [\""
                + identity
                + "\"], \"code\": \"ADMIN\"}");
    assertThat(told.status()).isEqualTo(200);
    assertThat(told.json().get("found").getAsInt()).isEqualTo(5);
    awaitState(first, "stopped");
    awaitState(second, "stopped");
    JsonObject request = awaitState(third, "stopped").getAsJsonObject("request");
    assertThat(text(request.getAsJsonObject("outcome"), "status")).isEqualTo("CANCELLED");
  }

  @Test
  void aDeadlineIsSeenToStrike() throws Exception {
    String id =
        text(start("{\"branches\": [\"db\"], \"load\": \"heavy\", \"timeout_ms\": 300}"), "id");
    JsonObject request = awaitState(id, "stopped").getAsJsonObject("request");
    assertThat(text(request.getAsJsonObject("cancellation"), "kind"))
        .isEqualTo("deadline_exceeded");
    await()
        .untilAsserted(
            () ->
                assertThat(
                        text(
                            tree(id).getAsJsonObject("request").getAsJsonObject("outcome"),
                            "status"))
                    .isEqualTo("DEADLINE_EXCEEDED"));
  }

  @Test
  void theConnectionThatStartedIt_holdsIt() throws Exception {
    Events events =
        keep(
            browser.events(
                "POST",
                "/api/requests",
                DB_ONLY,
                Map.of("Content-Type", "application/json", "Accept", "text/event-stream")));
    String id = text(events.next("started").data(), "id");
    assertThat(events.next().name()).isEqualTo("snapshot");
    JsonObject running = awaitRunning(id, 2);
    assertThat(
            running
                .getAsJsonObject("request")
                .getAsJsonObject("started")
                .get("held")
                .getAsBoolean())
        .isTrue();
    events.close();
    JsonObject request = awaitState(id, "stopped").getAsJsonObject("request");
    assertThat(text(request.getAsJsonObject("cancellation"), "code")).isEqualTo("CONNECTION_LOST");
  }

  @Test
  void aReloadedPageHoldsItAgain_inTime() throws Exception {
    JsonObject started = start(DB_ONLY);
    String id = text(started, "id");
    String hold = "/api/requests/" + id + "/events?hold=" + text(started, "hold");
    awaitRunning(id, 2);
    try (Events first = browser.events(hold + "&grace_ms=5000", Map.of())) {
      first.next("snapshot");
    }
    Events second = keep(browser.events(hold, Map.of()));
    second.next("snapshot");
    assertThat(tree(id).getAsJsonObject("request").get("running").getAsInt()).isEqualTo(2);
    second.close();
    awaitState(id, "stopped");
  }

  @Test
  void nobodyHoldsItWithoutItsSecret_norByLooking() throws Exception {
    JsonObject started = start(DB_ONLY);
    String id = text(started, "id");
    String events = "/api/requests/" + id + "/events";
    awaitRunning(id, 2);
    assertThat(browser.get(events + "?hold=true").error()).isEqualTo("not_held");
    try (Events looking = browser.events(events, Map.of())) {
      looking.next("snapshot");
    }
    String other = text(start(DB_ONLY), "id");
    awaitRunning(other, 2);
    assertThat(tree(id).getAsJsonObject("request").get("running").getAsInt()).isEqualTo(2);
    browser.post("/api/cancellations", "{\"requests\": [\"" + id + "\", \"" + other + "\"]}");
    awaitState(other, "stopped");
  }

  @Test
  void aStreamGoesOnWhereItWas_orBeginsAnew() throws Exception {
    String id = text(start(DB_ONLY), "id");
    awaitRunning(id, 2);
    String last = "";
    try (Events events = browser.events("/api/events", Map.of())) {
      Event event = events.next("snapshot");
      assertThat(events.next("instances").data().getAsJsonArray("instances")).hasSize(4);
      last = event.id();
      assertThat(last).isNotEmpty();
    }
    Events again = keep(browser.events("/api/events", Map.of("Last-Event-ID", "0-17")));
    Event anew = again.next();
    assertThat(anew.name()).isEqualTo("snapshot");
    assertThat(all(anew.data(), "requests")).extracting(r -> text(r, "id")).contains(id);
    Events on = keep(browser.events("/api/events?after=" + anew.id(), Map.of()));
    browser.delete("/api/requests/" + id, "{}");
    List<String> states = new ArrayList<>();
    for (Event event = on.next("change"); !states.contains("stopped"); event = on.next("change")) {
      all(event.data(), "requests").stream()
          .filter(request -> text(request, "id").equals(id))
          .forEach(request -> states.add(text(request, "state")));
    }
    assertThat(states).contains("stopped");
  }

  @Test
  void whatIsOver_isNotWaitedForAgain() throws Exception {
    String id = text(start("{\"branches\": [\"db\"]}"), "id");
    Events events = keep(browser.events("/api/requests/" + id + "/events", Map.of()));
    JsonObject request = events.next("end").data().getAsJsonObject("request");
    assertThat(text(request, "state")).isEqualTo("done");
    assertThat(text(request.getAsJsonObject("outcome"), "status")).isEqualTo("OK");
    await().until(events::hasEnded);
    Told again =
        browser.ask("GET", "/api/requests/" + id + "/events", null, Map.of("Last-Event-ID", "1"));
    assertThat(again.status()).isEqualTo(204);
  }

  @Test
  void requestsAreFound() throws Exception {
    String id = text(start(DB_ONLY), "id");
    awaitRunning(id, 2);
    for (String query :
        List.of(
            "state=live,ending",
            "service=db&state=live",
            "method=overview&state=live",
            "text=" + id.substring(3, 12).toUpperCase(java.util.Locale.ROOT),
            "text=heavy_report&state=live")) {
      assertThat(found("?" + query)).as(query).contains(id);
    }
    for (String query :
        List.of("state=done", "service=other", "min_age_ms=60000", "text=nowhere")) {
      assertThat(found("?" + query)).as(query).doesNotContain(id);
    }
    browser.delete("/api/requests/" + id, "{}");
    awaitState(id, "stopped");
  }

  private static List<String> found(String query) throws Exception {
    return all(browser.get("/api/requests" + query).json(), "requests").stream()
        .map(request -> text(request, "id"))
        .toList();
  }

  @Test
  void whatIsCanceledIsCounted() throws Exception {
    String id = text(start(DB_ONLY), "id");
    awaitRunning(id, 2);
    browser.delete("/api/requests/" + id, "{}");
    awaitState(id, "stopped");
    JsonObject totals = browser.get("/api/counters").json().getAsJsonObject("totals");
    assertThat(totals.get("canceled").getAsLong()).isGreaterThanOrEqualTo(2);
    assertThat(totals.get("stop_p50_us").getAsLong()).isPositive();
    Events events = keep(browser.events("/api/events?nodes=false", Map.of()));
    JsonObject point = events.next("counters").data().getAsJsonObject("point");
    assertThat(point.get("reasons_undelivered").isJsonNull()).isFalse();
    assertThat(browser.get("/api/counters").json().getAsJsonArray("series")).isNotEmpty();
  }

  @Test
  void aWrongPasswordIsTold() throws Exception {
    Told told =
        browser.post("/api/requests", HEAVY.replace("correct horse alice", "battery staple"));
    assertThat(told.status()).isEqualTo(401);
    assertThat(told.error()).isEqualTo("login_failed");
  }
}
