package dev.ripcord.bind;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.Reason;
import dev.ripcord.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JDK's client against a server that sees what happens on the socket. */
@SuppressWarnings("try") // scopes are used by closing them
class HttpCallsTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final LinkedBlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
  private ServerSocket server;
  private HttpRequest request;

  static List<Threading> threads() {
    return Threading.available();
  }

  /** One connection: its request is read, the rest is up to the test. */
  private record Exchange(Socket socket) {
    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** Returns when the client has ended it. */
    void awaitEnd() {
      try (socket) {
        socket.setSoTimeout(60_000);
        while (socket.getInputStream().read() >= 0) {
          continue;
        }
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("the server saw nothing", e);
      } catch (IOException reset) {
        // As good as an end of the stream.
      }
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort())).build();
    Threading.PLATFORM.start(this::acceptAll);
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.getInputStream().read(new byte[1_000]);
        exchanges.add(new Exchange(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    server.close();
    assertThat(Thread.interrupted()).isFalse();
    await().until(() -> Tree.members(context) == 0);
  }

  private Exchange exchange() throws InterruptedException {
    Exchange exchange = exchanges.poll(60, TimeUnit.SECONDS);
    assertThat(exchange).isNotNull();
    return exchange;
  }

  private HttpResponse<String> send() throws IOException, InterruptedException {
    return HttpCalls.send(context, client, request, BodyHandlers.ofString());
  }

  @Test
  @DisplayName("a call that succeeds: its response, and the context forgotten")
  void succeeds() throws Exception {
    Threading.Running<HttpResponse<String>> calling = Threading.PLATFORM.begin(this::send);
    try (Socket ignored = answer(exchange(), OK + "body")) {
      assertThat(calling.result().body()).isEqualTo("body");
      assertThat(calling.result().statusCode()).isEqualTo(200);
    }
  }

  private static Socket answer(Exchange exchange, String text) throws IOException {
    exchange.send(text);
    return exchange.socket;
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("the end: the caller is told why, the server sees the connection end")
  void ends(Threading kind) throws Exception {
    Threading.Running<HttpResponse<String>> calling = kind.begin(this::send);
    Exchange exchange = exchange();
    scope.cancel(Reason.USER_CANCELED);
    assertThatThrownBy(calling::result)
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("USER_CANCELED");
    exchange.awaitEnd();
  }

  @Test
  @DisplayName("the end while the body arrives: the same")
  void endsInTheBody() throws Exception {
    Threading.Running<HttpResponse<String>> calling = Threading.PLATFORM.begin(this::send);
    Exchange exchange = exchange();
    exchange.send(OK + "bo");
    scope.cancel();
    assertThatThrownBy(calling::result).isInstanceOf(CanceledException.class);
    exchange.awaitEnd();
  }

  @Test
  @DisplayName("the end while somebody reads the body that a returned call gave")
  void endsInAStream() throws Exception {
    Threading.Running<HttpResponse<InputStream>> calling =
        Threading.PLATFORM.begin(
            () -> HttpCalls.send(context, client, request, BodyHandlers.ofInputStream()));
    Exchange exchange = exchange();
    exchange.send(OK + "bo");
    try (InputStream body = calling.result().body()) {
      assertThat(body.readNBytes(2)).isEqualTo("bo".getBytes(US_ASCII));
      Threading.Running<Integer> reading = Threading.PLATFORM.begin(body::read);
      scope.cancel();
      assertThatThrownBy(reading::result)
          .isInstanceOf(IOException.class)
          .hasRootCauseInstanceOf(CanceledException.class);
    }
    exchange.awaitEnd();
  }

  @Test
  @DisplayName("a body that was read, or closed, is no longer listened for")
  void streamThatEnds() throws Exception {
    for (String sent : List.of("body", "bo")) {
      Threading.Running<HttpResponse<InputStream>> calling =
          Threading.PLATFORM.begin(
              () -> HttpCalls.send(context, client, request, BodyHandlers.ofInputStream()));
      try (Socket ignored = answer(exchange(), OK + sent)) {
        try (InputStream body = calling.result().body()) {
          assertThat(body.readNBytes(sent.length())).isEqualTo(sent.getBytes(US_ASCII));
        }
        await().until(() -> Tree.members(context) == 0);
      }
    }
  }

  @Test
  @DisplayName("the context's deadline and the request's timeout: whichever is earlier")
  void deadlines() throws Exception {
    Context soon = context.withTimeout(Duration.ofMillis(200)).context();
    assertThatThrownBy(() -> HttpCalls.send(soon, client, request, BodyHandlers.discarding()))
        .isInstanceOf(DeadlineExceededException.class);
    exchange().awaitEnd();
    HttpRequest impatient =
        HttpRequest.newBuilder(request, (name, value) -> true)
            .timeout(Duration.ofMillis(200))
            .build();
    assertThatThrownBy(() -> HttpCalls.send(context, client, impatient, BodyHandlers.discarding()))
        .isInstanceOf(HttpTimeoutException.class)
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasStackTraceContaining("deadlines"));
    exchange().awaitEnd();
  }

  @Test
  @DisplayName("somebody else's interrupt is thrown, and the exchange closed")
  void interrupt() throws Exception {
    Threading.Running<HttpResponse<String>> calling = Threading.PLATFORM.begin(this::send);
    Exchange exchange = exchange();
    calling.thread.interrupt();
    assertThatThrownBy(calling::result).isInstanceOf(InterruptedException.class);
    exchange.awaitEnd();
  }

  @Test
  @DisplayName("done before: nothing is sent")
  void doneBefore() {
    scope.cancel();
    assertThatThrownBy(this::send).isInstanceOf(CanceledException.class);
    assertThatThrownBy(
            () -> HttpCalls.sendAsync(context, client, request, BodyHandlers.discarding()))
        .isInstanceOf(CanceledException.class);
    assertThat(exchanges).isEmpty();
  }

  @Test
  @DisplayName("a connection that fails")
  void fails() throws Exception {
    server.close();
    // Bound, but nobody listens; else another process might be given the port, and not answer.
    try (Socket keeper = new Socket()) {
      keeper.setReuseAddress(true);
      keeper.bind(server.getLocalSocketAddress());
      assertThatThrownBy(this::send)
          .isInstanceOf(java.net.ConnectException.class)
          .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("GET http://"));
    }
  }

  @Test
  @DisplayName("sendAsync: the end completes it, and what is derived from it")
  void async_ends() throws Exception {
    CompletableFuture<HttpResponse<String>> call = sendAsync();
    CompletableFuture<String> derived = call.thenApply(HttpResponse::body);
    Exchange exchange = exchange();
    scope.cancel(Reason.SHUTDOWN);
    assertThat(call.handle((value, failure) -> failure).get()).isInstanceOf(ContextException.class);
    assertThat(derived.handle((value, failure) -> failure).get())
        .hasCauseInstanceOf(ContextException.class);
    exchange.awaitEnd();
  }

  private CompletableFuture<HttpResponse<String>> sendAsync() {
    return HttpCalls.sendAsync(context, client, request, BodyHandlers.ofString());
  }

  @Test
  @DisplayName(
      "sendAsync: a result; a cancel by its holder, of itself and of what is derived from it")
  void async_otherwise() throws Exception {
    CompletableFuture<HttpResponse<String>> good = sendAsync();
    try (Socket ignored = answer(exchange(), OK + "body")) {
      assertThat(good.get(60, TimeUnit.SECONDS).body()).isEqualTo("body");
    }
    CompletableFuture<HttpResponse<String>> canceled = sendAsync();
    Exchange first = exchange();
    canceled.cancel(true);
    first.awaitEnd();
    CompletableFuture<String> derived = sendAsync().thenApply(HttpResponse::body);
    Exchange second = exchange();
    derived.cancel(true);
    second.awaitEnd();
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    StopTimes.check(
        "an HTTP call",
        kind,
        (under, waiting) -> {
          CompletableFuture<Void> seen =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      Exchange exchange = exchange();
                      waiting.countDown();
                      exchange.awaitEnd();
                    } catch (InterruptedException e) {
                      throw new AssertionError(e);
                    }
                  },
                  Threading.PLATFORM::start);
          try {
            HttpCalls.send(under, client, request, BodyHandlers.discarding());
          } finally {
            seen.join();
          }
        });
  }
}
