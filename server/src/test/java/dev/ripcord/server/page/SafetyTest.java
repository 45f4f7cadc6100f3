package dev.ripcord.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ripcord.server.HttpPort;
import dev.ripcord.server.page.Browser.Told;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is not done, for whom, and that this is said clearly. */
class SafetyTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String TOKEN = "a token of some length";
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private HttpPort http;
  private Page page;
  private Browser browser;

  @BeforeEach
  void open() throws Exception {
    open("127.0.0.1", null);
  }

  private void open(String host, String token) throws Exception {
    http = HttpPort.open(new InetSocketAddress(host, 0));
    // Nobody is there: nothing can be started or found.
    page =
        Page.open(
            http,
            new Page.Plan(
                "gateway",
                "1",
                List.of(),
                token,
                new Page.Gateway("127.0.0.1:1", (request, why, principal) -> {})));
    browser = new Browser(http.port());
  }

  @AfterEach
  void close() {
    page.close();
    http.close();
  }

  private static Map<String, String> with(String... headers) {
    Map<String, String> all = new HashMap<>(JSON);
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return all;
  }

  private static void assertRefused(Told told, int status, String code) {
    assertThat(told.status()).as(told.whole().body()).isEqualTo(status);
    assertThat(told.error()).isEqualTo(code);
    assertThat(told.header("Content-Type")).isEqualTo("application/json");
    assertThat(told.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @Test
  void badIds() throws Exception {
    for (String id : List.of("1", "g" + ID.substring(1), ID + "0", "..%2f..%2fetc", "%00")) {
      assertRefused(browser.get("/api/requests/" + id), 400, "bad_id");
      assertRefused(browser.delete("/api/requests/" + id, null), 400, "bad_id");
      assertRefused(browser.get("/requests/" + id), 400, "bad_id");
    }
    assertRefused(browser.get("/api/requests/" + ID), 404, "not_found");
    assertRefused(browser.get("/api/requests/" + ID + "/events"), 404, "not_found");
    assertRefused(browser.get("/api/nothing"), 404, "not_found");
    assertRefused(browser.get("/nothing"), 404, "not_found");
  }

  @Test
  void badMethods() throws Exception {
    Told put = browser.ask("PUT", "/api/requests", "{}", JSON);
    assertRefused(put, 405, "method_not_allowed");
    assertThat(put.header("Allow")).isEqualTo("GET, POST");
    assertRefused(browser.ask("DELETE", "/api/events", null, JSON), 405, "method_not_allowed");
    assertRefused(browser.ask("POST", "/", "{}", JSON), 405, "method_not_allowed");
    assertRefused(
        browser.ask("OPTIONS", "/api/requests", null, Map.of()), 405, "method_not_allowed");
  }

  @Test
  void badBodies() throws Exception {
    Map<String, String> wrong =
        Map.ofEntries(
            Map.entry("{", ""),
            Map.entry("[]", ""),
            Map.entry("{} {}", ""),
            Map.entry("{'user': 'alice'}", ""),
            Map.entry("{\"user\": 3}", "user"),
            Map.entry("{\"user\": \"a\\u0007\", \"branches\": [\"db\"]}", "user"),
            Map.entry("{\"user\": \"" + "x".repeat(65) + "\"}", "user"),
            Map.entry("{\"usr\": \"alice\"}", "usr"),
            Map.entry("{}", "user"),
            Map.entry("{\"user\": \"alice\"}", "password"),
            Map.entry("{\"branches\": []}", "branches"),
            Map.entry("{\"branches\": \"db\"}", "branches"),
            Map.entry("{\"branches\": [\"dbx\"]}", "branches"),
            Map.entry("{\"branches\": [\"db\"], \"load\": \"huge\"}", "load"),
            Map.entry("{\"branches\": [\"db\"], \"timeout_ms\": 49}", "timeout_ms"),
            Map.entry("{\"branches\": [\"db\"], \"timeout_ms\": 1e3}", "timeout_ms"),
            Map.entry("{\"branches\": [\"db\"], \"timeout_ms\": \"100\"}", "timeout_ms"),
            Map.entry(
                "{\"branches\": [\"db\"], \"timeout_ms\": 99999999999999999999}", "timeout_ms"),
            Map.entry("[".repeat(8000), ""));
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      Told told = browser.post("/api/requests", each.getKey());
      assertRefused(told, 400, "bad_request");
      assertThat(told.field()).as(each.getKey()).isEqualTo(each.getValue());
    }
    assertThat(browser.delete("/api/requests/" + ID, "{\"code\": \"no\"}").field())
        .isEqualTo("code");
    assertThat(browser.delete("/api/requests/" + ID + "?dry_run=maybe", null).field())
        .isEqualTo("dry_run");
    assertThat(browser.get("/api/requests?state=odd").field()).isEqualTo("state");
    assertThat(browser.get("/api/requests?limit=0").field()).isEqualTo("limit");
    assertRefused(browser.post("/api/cancellations", "{}"), 400, "bad_request");
    assertRefused(browser.post("/api/cancellations", "{\"nodes\": [\"1\"]}"), 400, "bad_id");
  }

  @Test
  void tooMuch() throws Exception {
    Told told = browser.post("/api/requests", "{\"user\": \"" + "x".repeat(20_000) + "\"}");
    assertThat(told.status()).isEqualTo(413);
    assertThat(told.error()).isEqualTo("too_large");
  }

  @Test
  void whatIsUnknownCanBeCanceled_sinceItMayArrive() throws Exception {
    Told told = browser.delete("/api/requests/" + ID, null);
    assertThat(told.status()).isEqualTo(200);
    assertThat(told.json().get("found").getAsInt()).isZero();
  }

  @Test
  void anotherSitesPage_changesNothing() throws Exception {
    String path = "/api/requests/" + ID;
    for (Map<String, String> headers :
        List.of(
            with("Origin", "http://evil.example"),
            with("Origin", "null"),
            with("Origin", "http://127.0.0.1:1"),
            with("Sec-Fetch-Site", "cross-site"),
            with("Sec-Fetch-Site", "same-site"))) {
      assertRefused(browser.ask("DELETE", path, null, headers), 403, "cross_site");
      assertRefused(browser.ask("POST", "/api/requests", "{}", headers), 403, "cross_site");
      assertRefused(browser.ask("POST", "/api/cancellations", "{}", headers), 403, "cross_site");
    }
    // What a form of any page can send.
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "application/jsonp")) {
      Map<String, String> form = Map.of("Content-Type", type);
      assertRefused(
          browser.ask("POST", "/api/requests", "{}", form), 415, "unsupported_media_type");
    }
    assertRefused(browser.ask("DELETE", path, null, Map.of()), 415, "unsupported_media_type");
    String own = "http://127.0.0.1:" + http.port();
    Map<String, String> ours =
        with(
            "Origin",
            own,
            "Sec-Fetch-Site",
            "same-origin",
            "Content-Type",
            "application/json; charset=utf-8");
    assertThat(browser.ask("DELETE", path, null, ours).status()).isEqualTo(200);
  }

  @Test
  void aNameThatSomebodyHasPointedHere_isNotAnswered() throws Exception {
    assertThat(raw("GET /api/about HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403")
        .contains("bad_host");
    assertThat(raw("GET /api/about HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403");
    assertThat(
            raw(
                "GET /api/about HTTP/1.1\r\n"
                    + "Host: localhost.evil.example\r\n"
                    + "Connection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("GET /api/about HTTP/1.1\r\nHost: LOCALHOST:80\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  private String raw(String request) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", http.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void whatIsNotHttp_isToldSo_andHoldsNothingUp() throws Exception {
    assertThat(raw("NONSENSE\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(browser.get("/api/about").status()).isEqualTo(200);
  }

  @Test
  void severalRequestsInOneGo_areAnsweredInOrder() throws Exception {
    String head = " HTTP/1.1\r\nHost: localhost\r\n";
    String answers =
        raw(
            "GET /api/about"
                + head
                + "\r\nGET /nothing"
                + head
                + "\r\nGET /api/instances"
                + head
                + "Connection: close\r\n\r\n");
    assertThat(answers.indexOf("token_required")).isPositive();
    assertThat(answers.indexOf("not_found")).isGreaterThan(answers.indexOf("token_required"));
    assertThat(answers.indexOf("\"instances\"")).isGreaterThan(answers.indexOf("not_found"));
  }

  @Test
  void whereOthersReachIt_changesNeedTheToken_andItIsThere() throws Exception {
    close();
    assertThatIllegalArgumentException().isThrownBy(() -> open("0.0.0.0", null));
    http.close();
    open("0.0.0.0", TOKEN);
    assertThat(browser.get("/api/about").json().get("token_required").getAsBoolean()).isTrue();
    assertRefused(browser.delete("/api/requests/" + ID, null), 401, "token_missing");
    assertRefused(browser.post("/api/requests", "{}"), 401, "token_missing");
    assertRefused(browser.post("/api/cancellations", "{}"), 401, "token_missing");
    Map<String, String> wrong = with("Authorization", "Bearer " + TOKEN + "x");
    assertRefused(browser.ask("DELETE", "/api/requests/" + ID, null, wrong), 401, "token_wrong");
    Map<String, String> right = with("Authorization", "Bearer " + TOKEN);
    assertThat(browser.ask("DELETE", "/api/requests/" + ID, null, right).status()).isEqualTo(200);
  }

  @Test
  void filesComeFromTheJarOnly_andSayWhatTheyAre() throws Exception {
    for (String path :
        List.of(
            "/static/",
            "/static/..%2fPage.class",
            "/static/../Page.class",
            "/static/%2e%2e/openapi.yaml",
            "/static//etc/passwd",
            "/static/frame.html",
            "/static/nothing.js")) {
      assertRefused(browser.get(path), 404, "not_found");
    }
    Told sheet = browser.get("/static/page.css");
    assertThat(sheet.status()).isEqualTo(200);
    assertThat(sheet.header("Content-Type")).startsWith("text/css");
    assertThat(sheet.whole().body()).contains(":root {", "@media (max-width: 760px)");
    Told api = browser.get("/api/openapi.yaml");
    assertThat(api.status()).isEqualTo(200);
    assertThat(api.header("Content-Type")).startsWith("application/yaml");
    assertThat(api.header("Content-Security-Policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(api.header("Referrer-Policy")).isEqualTo("no-referrer");
    Told again =
        browser.ask("GET", "/api/openapi.yaml", null, Map.of("If-None-Match", api.header("ETag")));
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.whole().body()).isEmpty();
  }
}
