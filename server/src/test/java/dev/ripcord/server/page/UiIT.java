package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ripcord.server.ServeProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ripcord ui}, as a process of its own, over services that run and one that does not. */
class UiIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Pattern SAID = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)/\\R");

  @TempDir Path temp;

  private Crowd sales;
  private Crowd reports;
  private ServeProcess ui;

  @BeforeEach
  void start() throws Exception {
    sales = Crowd.serving("sales");
    reports = Crowd.serving("reports");
    sales.come(1, 2, LONG);
    reports.come(1, 3, LONG);
  }

  @AfterEach
  void stop() {
    ui.close();
    sales.close();
    reports.close();
  }

  private Browser begin(Map<String, String> environment, String... words) {
    List<String> all = new ArrayList<>(List.of("ui"));
    all.addAll(List.of(words));
    ui = ServeProcess.run(temp, environment, all);
    await().atMost(PATIENCE).until(() -> ui.out().endsWith("\n") || !ui.process().isAlive());
    Matcher said = SAID.matcher(ui.out());
    assertThat(said.matches()).as(ui.out() + ui.err()).isTrue();
    return new Browser(Integer.parseInt(said.group(1)));
  }

  @Test
  void showsWhatRunsInAllOfThem_andEndsIt_andStartsNothing() throws Exception {
    String away = "127.0.0.1:" + freePort();
    Browser browser = begin(Map.of(), sales.address(), reports.address(), away);

    await().atMost(PATIENCE).until(() -> running(browser) == 5);
    assertThat(states(browser))
        .containsEntry(sales.address(), "watched")
        .containsEntry(reports.address(), "watched")
        .containsEntry(away, "unreachable");
    assertThat(browser.get("/").whole().body()).contains("data-page=\"operations\"");
    assertThat(browser.get("/api/about").json().get("start").getAsBoolean()).isFalse();
    assertThat(browser.post("/api/requests", "{}").error()).isEqualTo("not_found");

    for (JsonElement each : requests(browser)) {
      String id = each.getAsJsonObject().get("id").getAsString();
      JsonObject canceled = browser.delete("/api/requests/" + id, "{}").json();
      assertThat(canceled.getAsJsonArray("unreachable").toString()).contains(away);
    }
    await().atMost(PATIENCE).until(() -> running(browser) == 0);
  }

  @Test
  void takesThemFromTheEnvironment_andEndsWhenItIsTold() throws Exception {
    Browser browser =
        begin(Map.of("RIPCORD_INSTANCES", sales.address() + ", " + reports.address()));

    await().atMost(PATIENCE).until(() -> running(browser) == 5);
    ui.process().destroy();
    assertThat(ui.awaitExit()).as("as by SIGTERM").isEqualTo(143);
    assertThat(ui.err()).doesNotContain("Exception");
  }

  private static JsonArray requests(Browser browser) throws Exception {
    return browser.get("/api/requests?state=live").json().getAsJsonArray("requests");
  }

  private static int running(Browser browser) throws Exception {
    int running = 0;
    for (JsonElement each : requests(browser)) {
      running += each.getAsJsonObject().get("running").getAsInt();
    }
    return running;
  }

  private static Map<String, String> states(Browser browser) throws Exception {
    Map<String, String> states = new HashMap<>();
    for (JsonElement each : browser.get("/api/instances").json().getAsJsonArray("instances")) {
      JsonObject its = each.getAsJsonObject();
      states.put(its.get("address").getAsString(), its.get("state").getAsString());
    }
    return states;
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
