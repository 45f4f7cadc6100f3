package dev.ripcord.server.page;

import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The pages and what they are made of, from the jar. */
final class Statics {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\\.[a-z0-9.]+");
  private static final String FRAME = "static/frame.html"; // what is around every page
  private static final String SHEET = "static/page.css";

  /** What the sheet is made of; a later one overrides an earlier one. */
  private static final List<String> SHEETS =
      List.of(
          "base",
          "frame",
          "controls",
          "states",
          "request",
          "grid",
          "timeline",
          "operations",
          "narrow");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("yaml", "application/yaml; charset=utf-8"));

  /** One that is there. */
  private static final class File {
    final byte[] bytes;
    final String type;
    final String tag;

    File(byte[] bytes, String type, String tag) {
      this.bytes = bytes;
      this.type = type;
      this.tag = tag;
    }
  }

  private final Map<String, File> files = new ConcurrentHashMap<>();

  /** The file of that name below {@code static/}, or beside it. Refuses what is not there. */
  HttpAnswer answer(HttpCall call, String name) throws Refused {
    File file = NAME.matcher(name).matches() ? file(name) : null;
    if (file == null) {
      throw new Refused(404, "not_found", "there is no such file");
    }
    // To be asked for each time: another version of this program may have the port next.
    String known = call.header("If-None-Match");
    boolean isKnown =
        known != null
            && Arrays.stream(known.split(",", -1)).map(String::strip).anyMatch(file.tag::equals);
    HttpAnswer answer =
        isKnown ? HttpAnswer.empty(304) : HttpAnswer.bytes(200, file.type, file.bytes);
    return answer.with("ETag", file.tag).with("Cache-Control", "no-cache");
  }

  private @Nullable File file(String name) {
    // Only names that are there are kept.
    return files.computeIfAbsent(name, Statics::read);
  }

  private static @Nullable File read(String name) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null || name.equals(FRAME)) {
      return null;
    }
    byte[] bytes = name.equals(SHEET) ? sheet() : bytes(name);
    if (bytes == null) {
      return null;
    }
    return name.endsWith(".html") ? fileOf(framed(bytes), type) : fileOf(bytes, type);
  }

  private static byte @Nullable [] bytes(String name) {
    try (InputStream in = Statics.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One, since a page that is loaded again has little time until what its tab had started ends. */
  private static byte[] sheet() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String part : SHEETS) {
      all.writeBytes(Objects.requireNonNull(bytes("static/" + part + ".css"), part));
    }
    return all.toByteArray();
  }

  /** A page has a few lines of the head, and {@code <main>}, of its own. */
  private static byte[] framed(byte[] page) {
    String own = new String(page, StandardCharsets.UTF_8);
    String frame = new String(Objects.requireNonNull(bytes(FRAME)), StandardCharsets.UTF_8);
    int main = own.indexOf("<main");
    return frame
        .replace("<!-- head -->", own.substring(0, main).strip())
        .replace("<!-- main -->", own.substring(main).strip())
        .getBytes(StandardCharsets.UTF_8);
  }

  private static File fileOf(byte[] bytes, String type) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new File(bytes, type, '"' + HexFormat.of().formatHex(digest, 0, 12) + '"');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
