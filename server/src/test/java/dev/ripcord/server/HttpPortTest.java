package dev.ripcord.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Texts and pages, and what is not there. */
class HttpPortTest {
  private final HttpClient browser = HttpClient.newHttpClient();
  private HttpPort http;

  @BeforeEach
  void open() throws IOException {
    http = HttpPort.open(new InetSocketAddress("127.0.0.1", 0));
  }

  @AfterEach
  void close() {
    http.close();
  }

  private HttpResponse<String> ask(String method, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + http.port() + path);
    return browser.send(
        HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aText_isMadeForEachRequest() throws Exception {
    int[] times = new int[1];
    http.text("/times", "text/plain", () -> "caf\u00e9 " + ++times[0]);
    assertThat(ask("GET", "/times").body()).isEqualTo("caf\u00e9 1");
    HttpResponse<String> second = ask("GET", "/times?again=yes");
    assertThat(second.body()).isEqualTo("caf\u00e9 2");
    assertThat(second.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
    HttpResponse<String> head = ask("HEAD", "/times");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    HttpResponse<String> post = ask("POST", "/times");
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("allow")).hasValue("GET, HEAD");
  }

  @Test
  void whatIsNotThere_isNotThere() throws Exception {
    http.text("/a", "text/plain", () -> "a");
    assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/a/b").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/ab").statusCode()).isEqualTo(404);
  }

  @Test
  void theRoot_answersForAllThatIsNowhereElse() throws Exception {
    http.text("/a", "text/plain", () -> "a");
    http.page("/", call -> HttpAnswer.text(200, "text/html", "<p>home"));
    assertThat(ask("GET", "/").body()).isEqualTo("<p>home");
    assertThat(ask("GET", "/elsewhere").body()).isEqualTo("<p>home");
    assertThat(ask("GET", "/a").body()).isEqualTo("a");
  }

  @Test
  void whatCannotBeToldNow_is503_andWhatBreaks_is500() throws Exception {
    http.text(
        "/healthz",
        "text/plain",
        () -> {
          throw new HttpPort.Unavailable("DRAINING");
        });
    http.page(
        "/broken",
        call -> {
          throw new IllegalStateException("a page's bug");
        });
    HttpResponse<String> away = ask("GET", "/healthz");
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.body()).isEqualTo("DRAINING\n");
    HttpResponse<String> broken = ask("GET", "/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).doesNotContain("a page's bug");
    assertThat(ask("GET", "/healthz").statusCode()).isEqualTo(503);
  }
}
