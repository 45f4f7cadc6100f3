package dev.ripcord.server;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.timeout.IdleStateEvent;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: takes requests, has each answered on a thread that may block, and sends the
 * answers in order. All of it runs on the connection's own thread.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the connection, which is told
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** Requests that are sent without waiting for answers. */
  private static final int MOST_WAITING = 16;

  private final Function<HttpCall, HttpAnswer> answers;
  private final ExecutorService threads;
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private boolean busy;
  private @Nullable HttpStream stream; // while one is sent

  HttpConnection(Function<HttpCall, HttpAnswer> answers, ExecutorService threads) {
    this.answers = answers;
    this.threads = threads;
  }

  @Override
  public void channelRead(ChannelHandlerContext connection, Object message) {
    if (!(message instanceof FullHttpRequest request)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (waiting.size() >= MOST_WAITING) {
      request.release();
      connection.close();
      return;
    }
    waiting.add(request);
    next(connection);
  }

  private void next(ChannelHandlerContext connection) {
    FullHttpRequest request = busy ? null : waiting.poll();
    if (request == null) {
      return;
    }
    busy = true;
    try {
      answer(connection, request);
    } finally {
      request.release();
    }
  }

  private void answer(ChannelHandlerContext connection, FullHttpRequest request) {
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    HttpVersion version = request.protocolVersion();
    if (request.decoderResult().isFailure()) {
      send(connection, HttpPort.malformed(), version, false);
      return;
    }
    try {
      InetSocketAddress peer = (InetSocketAddress) connection.channel().remoteAddress();
      HttpCall call = HttpCall.of(request, peer.getAddress());
      threads.execute(
          () -> {
            HttpAnswer answer = answers.apply(call);
            connection.executor().execute(() -> send(connection, answer, version, keepAlive));
          });
    } catch (IllegalArgumentException e) {
      send(connection, HttpPort.malformed(), version, false);
    } catch (RejectedExecutionException e) {
      connection.close(); // the port is being closed
    }
  }

  private void send(
      ChannelHandlerContext connection, HttpAnswer answer, HttpVersion version, boolean keepAlive) {
    Consumer<HttpStream> streaming = answer.streaming();
    if (streaming != null) {
      begin(connection, answer, version, streaming);
      return;
    }
    HttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(answer.body()));
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    if (answer.status() != 304 && answer.status() != 204) {
      HttpUtil.setContentLength(response, answer.body().length);
    }
    HttpUtil.setKeepAlive(response.headers(), version, keepAlive);
    ChannelFuture sent = connection.writeAndFlush(response);
    if (!keepAlive) {
      sent.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    busy = false;
    next(connection);
  }

  private void begin(
      ChannelHandlerContext connection,
      HttpAnswer answer,
      HttpVersion version,
      Consumer<HttpStream> streaming) {
    HttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    response.headers().set(HttpHeaderNames.CONNECTION, "close");
    if (version.equals(HttpVersion.HTTP_1_1)) {
      HttpUtil.setTransferEncodingChunked(response, true);
    }
    connection.writeAndFlush(response);
    stream = new HttpStream(connection.channel());
    streaming.accept(stream);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext connection) {
    if (stream != null && connection.channel().isWritable()) {
      stream.ready();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext connection) {
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext connection, Object event) {
    if (event instanceof IdleStateEvent && !busy) {
      connection.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext connection, Throwable failure) {
    log.debug("a connection broke", failure);
    connection.close();
  }
}
