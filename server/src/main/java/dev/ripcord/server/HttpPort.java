package dev.ripcord.server;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.group.ChannelGroup;
import io.grpc.netty.shaded.io.netty.channel.group.DefaultChannelGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMessage;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.timeout.IdleStateHandler;
import io.grpc.netty.shaded.io.netty.handler.timeout.WriteTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server beside the gRPC one: for scrapers, probes and browsers.
 *
 * <pre>{@code
 * HttpPort http = HttpPort.open(new InetSocketAddress("127.0.0.1", 0));
 * http.text("/healthz", "text/plain", () -> "SERVING\n");
 * http.page("/", call -> HttpAnswer.text(200, "text/html", pageOf(call.path())));
 * }</pre>
 *
 * <p>Only what is exactly at a path is there; the path {@code /} also answers for everything below
 * it that is nowhere else. Each request has a thread of its own, a virtual one where the JDK has
 * them; a stream has none. A page that throws answers 500 and is logged. Pages may be added at any
 * time, by any thread.
 *
 * <p>What a stranger can make it keep is bounded: so many connections, of each so many requests
 * with so large a body; who takes nothing of an answer, or asks nothing, for a while is cut off.
 *
 * <p>It is made of the Netty that gRPC brings along: see {@code docs/rationale.md}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is a connection, and closes
public final class HttpPort implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpPort.class);
  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final int LONGEST_LINE = 4 * 1024;
  private static final int LONGEST_HEADERS = 16 * 1024;
  private static final int LONGEST_BODY = 16 * 1024;
  private static final int MOST_CONNECTIONS = 1024;
  private static final int IDLE_SECONDS = 60;
  private static final int STUCK_SECONDS = 30;
  private static final int THREADS = 2;

  private final ExecutorService threads = Handlers.executor();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(THREADS, Handlers.daemons("http"), NioIoHandler.newFactory());
  private final ChannelGroup connections = new DefaultChannelGroup(loops.next());
  private final Map<String, Page> pages = new ConcurrentHashMap<>();
  private final Channel listening;

  private HttpPort(InetSocketAddress address) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel connection) {
                    accept(connection);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close(loops);
      throw bound.cause() instanceof IOException e ? e : new IOException(bound.cause());
    }
    listening = bound.channel();
  }

  private void accept(SocketChannel connection) {
    if (connections.size() >= MOST_CONNECTIONS) {
      connection.close();
      return;
    }
    connections.add(connection);
    connection
        .pipeline()
        .addLast(new WriteTimeoutHandler(STUCK_SECONDS))
        .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
        .addLast(new HttpServerCodec(LONGEST_LINE, LONGEST_HEADERS, LONGEST_BODY))
        .addLast(new WholeRequests())
        .addLast(new HttpConnection(this::answer, threads));
  }

  /** Puts requests together from their parts, and refuses what is too large. */
  private static final class WholeRequests extends HttpObjectAggregator {
    WholeRequests() {
      super(LONGEST_BODY);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext connection, HttpMessage tooLarge) {
      HttpAnswer answer =
          HttpAnswer.text(
              413,
              "application/json",
              "{\"error\":{\"code\":\"too_large\",\"message\":\"the body has more than "
                  + LONGEST_BODY
                  + " bytes\"}}\n");
      FullHttpResponse response =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1,
              HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
              Unpooled.wrappedBuffer(answer.body()));
      answer.headers().forEach((name, value) -> response.headers().set(name, value));
      HttpUtil.setContentLength(response, answer.body().length);
      // Closed at once, it would not be read; so the rest of the body is read, and thrown away.
      boolean keepAlive = HttpUtil.isKeepAlive(tooLarge);
      HttpUtil.setKeepAlive(response, keepAlive);
      ChannelFuture sent = connection.writeAndFlush(response);
      if (!keepAlive) {
        sent.addListener(ChannelFutureListener.CLOSE);
      }
    }
  }

  /**
   * Listens from now on.
   *
   * @param address port 0 takes any free one
   * @throws IOException if it cannot
   */
  public static HttpPort open(InetSocketAddress address) throws IOException {
    return new HttpPort(address);
  }

  /** The address and port it listens on. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  /** The port it listens on. */
  public int port() {
    return address().getPort();
  }

  /** Answers requests. */
  @FunctionalInterface
  public interface Page {
    /** The answer; may block. */
    HttpAnswer answer(HttpCall call) throws Exception;
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
    page(path, call -> answer(call, type, text));
  }

  private static HttpAnswer answer(HttpCall call, String type, Text text) {
    if (!READING.contains(call.method())) {
      return HttpAnswer.text(405, "text/plain", "GET or HEAD only\n").with("Allow", "GET, HEAD");
    }
    try {
      return HttpAnswer.text(200, type, text.now());
    } catch (Unavailable e) {
      return HttpAnswer.text(503, "text/plain", e.getMessage() + "\n");
    }
  }

  /** Anything at {@code path}, in the place of what was there. */
  public void page(String path, Page page) {
    pages.put(path, page);
  }

  private HttpAnswer answer(HttpCall call) {
    Page page = pages.getOrDefault(call.path(), pages.get("/"));
    if (page == null) {
      return HttpAnswer.text(404, "text/plain", "nothing here\n");
    }
    try {
      return page.answer(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return HttpAnswer.text(503, "text/plain", "stopping\n");
    } catch (Exception e) {
      log.warn("{} is broken", call, e);
      return HttpAnswer.text(500, "text/plain", "broken; the log says why\n");
    }
  }

  static HttpAnswer malformed() {
    return HttpAnswer.text(400, "text/plain", "not understood\n");
  }

  /** Answers nobody any more; what is being answered is cut off. */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    threads.shutdown();
    close(loops);
  }

  private static void close(EventLoopGroup loops) {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
