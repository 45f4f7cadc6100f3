package dev.ripcord.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server beside the gRPC one: for scrapers, probes and browsers.
 *
 * <pre>{@code
 * HttpPort http = HttpPort.open(new InetSocketAddress("127.0.0.1", 0));
 * http.text("/healthz", "text/plain", () -> "SERVING\n");
 * http.page("/events", exchange -> stream(exchange)); // answers as it likes
 * }</pre>
 *
 * <p>Only what is exactly at a path is there; the path {@code /} also answers for everything below
 * it that is nowhere else. Each request has a thread of its own, a virtual one where the JDK has
 * them. A page that throws answers 500 and is logged. Pages may be added at any time, by any
 * thread.
 */
public final class HttpPort implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpPort.class);
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int BROKEN = 500;
  private static final int UNAVAILABLE = 503;
  private static final int OK = 200;
  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final HttpServer server;
  private final ExecutorService threads = Handlers.executor();

  private HttpPort(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", HttpPort::notFound);
    server.start();
  }

  /**
   * Listens from now on.
   *
   * @param address port 0 takes any free one
   * @throws IOException if it cannot
   */
  public static HttpPort open(InetSocketAddress address) throws IOException {
    return new HttpPort(HttpServer.create(address, 0));
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** What a text is made of, for each request. */
  @FunctionalInterface
  public interface Text {
    /**
     * The whole of it.
     *
     * @throws Unavailable if there is none now
     */
    String now() throws Unavailable;
  }

  /** Answered as 503; its message is the text. */
  public static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    /** With the text to answer. */
    public Unavailable(String message) {
      super(message);
    }
  }

  /**
   * A text to be read at {@code path}.
   *
   * @param type its media type; it is sent as UTF-8
   */
  public void text(String path, String type, Text text) {
    page(path, exchange -> answer(exchange, type, text));
  }

  private static void answer(HttpExchange exchange, String type, Text text) throws IOException {
    if (!READING.contains(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      send(exchange, NOT_ALLOWED, "text/plain", "GET or HEAD only\n");
      return;
    }
    try {
      send(exchange, OK, type, text.now());
    } catch (Unavailable e) {
      send(exchange, UNAVAILABLE, "text/plain", e.getMessage() + "\n");
    }
  }

  /** Anything at {@code path}: the handler answers, and need not close the exchange. */
  public void page(String path, HttpHandler handler) {
    if (path.equals("/")) {
      server.removeContext("/");
    }
    server.createContext(
        path,
        exchange -> {
          boolean isHere = path.equals("/") || exchange.getRequestURI().getPath().equals(path);
          handle(isHere ? handler : HttpPort::notFound, exchange);
        });
  }

  private static void handle(HttpHandler handler, HttpExchange exchange) {
    try {
      handler.handle(exchange);
    } catch (IOException e) {
      log.debug("nobody waits for {} any more", exchange.getRequestURI(), e);
    } catch (RuntimeException e) {
      log.warn("{} is broken", exchange.getRequestURI(), e);
      sendBroken(exchange);
    } finally {
      exchange.close(); // not before the failure is told
    }
  }

  private static void sendBroken(HttpExchange exchange) {
    try {
      if (exchange.getResponseCode() < 0) {
        send(exchange, BROKEN, "text/plain", "broken; the log says why\n");
      }
    } catch (IOException e) {
      log.debug("nobody waits for the failure either", e);
    }
  }

  private static void notFound(HttpExchange exchange) throws IOException {
    send(exchange, NOT_FOUND, "text/plain", "nothing here\n");
  }

  /** A whole answer at once. */
  static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", withCharset(type));
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, isHead || bytes.length == 0 ? -1 : bytes.length);
    if (!isHead) {
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }

  private static String withCharset(String type) {
    return type.contains("charset") ? type : type + "; charset=utf-8";
  }

  /** Answers nobody any more. What is being answered has ended when this returns, or is cut off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
