package dev.ripcord.server;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is answered by HTTP: a whole at once, or a stream.
 *
 * <pre>{@code
 * HttpAnswer.text(200, "text/plain", "SERVING\n").with("Cache-Control", "no-store")
 * }</pre>
 */
public final class HttpAnswer {
  private final int status;
  private final byte[] body;
  private final @Nullable Consumer<HttpStream> streaming; // null for a whole
  private final Map<String, String> headers = new LinkedHashMap<>();

  private HttpAnswer(int status, byte[] body, @Nullable Consumer<HttpStream> streaming) {
    this.status = status;
    this.body = body;
    this.streaming = streaming;
  }

  /** Bytes of the media type {@code type}. */
  public static HttpAnswer bytes(int status, String type, byte[] body) {
    return new HttpAnswer(status, Objects.requireNonNull(body, "body is null"), null)
        .with("Content-Type", type);
  }

  /** Text of the media type {@code type}, as UTF-8. */
  public static HttpAnswer text(int status, String type, String text) {
    String withCharset = type.contains("charset") ? type : type + "; charset=utf-8";
    return bytes(status, withCharset, text.getBytes(StandardCharsets.UTF_8));
  }

  /** No more than a status. */
  public static HttpAnswer empty(int status) {
    return new HttpAnswer(status, new byte[0], null);
  }

  /**
   * As long as it likes. {@code begin} is given the stream once its beginning is sent, and must not
   * block.
   */
  public static HttpAnswer stream(String type, Consumer<HttpStream> begin) {
    return new HttpAnswer(200, new byte[0], Objects.requireNonNull(begin, "begin is null"))
        .with("Content-Type", type);
  }

  /** With a header, in the place of one of the same name; this. */
  public HttpAnswer with(String header, String value) {
    headers.put(header, value);
    return this;
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  @Nullable Consumer<HttpStream> streaming() {
    return streaming;
  }

  Map<String, String> headers() {
    return headers;
  }
}
