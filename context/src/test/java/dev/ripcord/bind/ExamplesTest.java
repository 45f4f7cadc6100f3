package dev.ripcord.bind;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the bindings' Javadoc: word for word, so they compile, and they work. */
@SuppressWarnings("try") // what is held is used by letting go of it
class ExamplesTest {
  private record Order(int number) {}

  private record Report(String title) {}

  private record Price(long cents) {}

  private static final class Client {
    CompletableFuture<Price> priceOf(Order item) {
      return CompletableFuture.completedFuture(new Price(100L * item.number()));
    }
  }

  private final Context ctx = Context.background().withCancel().context();
  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private int updates;
  private String printed = "";

  @AfterEach
  void shutDown() {
    pool.shutdownNow();
  }

  private void update() {
    updates++;
  }

  private void print(byte[] text) {
    printed = new String(text, US_ASCII);
  }

  private static Report build() {
    return new Report("orders");
  }

  private static byte[] answerTo(int version) {
    return new byte[] {(byte) (version + 1)};
  }

  @Test
  void interruptible() throws Exception {
    BlockingQueue<Order> orders = new ArrayBlockingQueue<>(1);
    orders.add(new Order(7));
    Order order = Interruptible.call(Context.current(), () -> orders.take());
    assertThat(order.number()).isEqualTo(7);
  }

  @Test
  void locks() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    try (Locks.Held held = Locks.lock(Context.current(), lock)) {
      update();
    }
    assertThat(updates).isEqualTo(1);
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void closeables() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Threading.Running<Integer> serving = Threading.PLATFORM.begin(() -> serve(server));
      assertThat(readOne("127.0.0.1", server.getLocalPort())).isEqualTo(1);
      assertThat(serving.result()).isEqualTo(-1);
    }
  }

  private static int readOne(String host, int port) throws IOException {
    try (Socket socket = new Socket(host, port)) {
      return Closeables.call(Context.current(), socket, () -> socket.getInputStream().read());
    }
  }

  @Test
  void closing() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Threading.Running<Integer> serving = Threading.PLATFORM.begin(() -> serve(server));
      try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
        converse(socket);
      }
      assertThat(serving.result()).isEqualTo(2);
    }
  }

  private void converse(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    try (Closing closing = Closeables.closing(ctx, socket)) {
      int version = closing.call(() -> in.read());
      closing.run(() -> out.write(answerTo(version)));
    } // from here on the end of ctx leaves the socket alone
  }

  private static int serve(ServerSocket server) throws IOException {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(1);
      return socket.getInputStream().read();
    }
  }

  @Test
  void futures() throws Exception {
    Client client = new Client();
    Order item = new Order(3);
    Report report = Futures.get(Context.current(), pool.submit(() -> build()));
    CompletableFuture<Price> price = Futures.within(Context.current(), client.priceOf(item));
    assertThat(report.title()).isEqualTo("orders");
    assertThat(price.get().cents()).isEqualTo(300);
    assertThat(begun().get()).isEqualTo(report);
  }

  private CompletableFuture<Report> begun() {
    CompletableFuture<Report> report = new CompletableFuture<>();
    CancelScope scope = Futures.scopeOf(Context.current(), report);
    Runnable work = () -> report.complete(build());
    pool.execute(scope.context().wrap(work));
    return report; // whose cancel(true) now stops build()
  }

  @Test
  void httpCalls() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Threading.PLATFORM.begin(
          () -> {
            try (Socket socket = server.accept()) {
              socket.getInputStream().read(new byte[1_000]);
              String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
              socket.getOutputStream().write(answer.getBytes(US_ASCII));
              return socket.getInputStream().read();
            }
          });
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getLocalPort())).build();
      HttpResponse<String> response =
          HttpCalls.send(Context.current(), client, request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.body()).isEqualTo("ok");
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void processes(@TempDir Path folder) throws Exception {
    String file = Files.writeString(folder.resolve("a.txt"), "hello").toString();
    int code = Processes.run(Context.current(), new ProcessBuilder("gzip", file));

    try (ContextProcess zcat =
        Processes.start(ctx, new ProcessBuilder("gzip", "-dc", file + ".gz"))) {
      byte[] text = zcat.call(() -> zcat.process().getInputStream().readAllBytes());
      code += zcat.waitFor();
      print(text);
    }
    assertThat(code).isZero();
    assertThat(printed).isEqualTo("hello");
  }
}
