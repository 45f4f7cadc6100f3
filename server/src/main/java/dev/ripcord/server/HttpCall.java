package dev.ripcord.server;

import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaders;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What somebody asks by HTTP: all of it, the body read. */
public final class HttpCall {
  private final String method;
  private final String path;
  private final Map<String, List<String>> query;
  private final HttpHeaders headers;
  private final byte[] body;
  private final InetAddress peer;

  private HttpCall(
      String method,
      QueryStringDecoder target,
      HttpHeaders headers,
      byte[] body,
      InetAddress peer) {
    this.method = method;
    this.path = target.path();
    this.query = target.parameters();
    this.headers = headers;
    this.body = body;
    this.peer = peer;
  }

  /**
   * Copies what it needs.
   *
   * @throws IllegalArgumentException if the target is not well encoded
   */
  static HttpCall of(FullHttpRequest request, InetAddress peer) {
    byte[] body = new byte[request.content().readableBytes()];
    request.content().getBytes(request.content().readerIndex(), body);
    return new HttpCall(
        request.method().name(),
        new QueryStringDecoder(request.uri()),
        request.headers(),
        body,
        peer);
  }

  /** {@code GET}, {@code DELETE}. */
  public String method() {
    return method;
  }

  /** Decoded, without the query. */
  public String path() {
    return path;
  }

  /** A parameter of the query, the first of its name; null if there is none. */
  public @Nullable String query(String name) {
    List<String> values = query.get(name);
    return values == null ? null : values.get(0);
  }

  /** A header, the first of its name, whose case does not matter; null if there is none. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Empty without one. */
  public byte[] body() {
    return body.clone();
  }

  /** Who asks. */
  public InetAddress peer() {
    return peer;
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
