package dev.ripcord.server.page;

import com.google.gson.stream.JsonWriter;
import dev.ripcord.server.HttpAnswer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON object. Text that comes from anywhere is cut, freed of control characters, and
 * cannot be taken for markup.
 *
 * <pre>{@code
 * Json.bytes(json -> json.put("found", 3).object("error", error -> error.put("code", "bad_id")));
 * }</pre>
 */
final class Json {
  private static final int LONGEST_TEXT = 1_000;

  private final StringWriter text = new StringWriter();
  private final JsonWriter out = new JsonWriter(text);

  private Json() {
    out.setHtmlSafe(true);
    out.setSerializeNulls(true);
  }

  /** Writes to {@link JsonWriter}, which writes to memory. */
  private interface Writing {
    void write(JsonWriter out) throws IOException;
  }

  private Json write(Writing writing) {
    try {
      writing.write(out);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(Consumer<Json> fields) {
    Json json = new Json();
    json.write(JsonWriter::beginObject);
    fields.accept(json);
    json.write(JsonWriter::endObject);
    return json.text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static HttpAnswer answer(int status, Consumer<Json> fields) {
    return written(status, bytes(fields));
  }

  static HttpAnswer written(int status, byte[] json) {
    return HttpAnswer.bytes(status, "application/json", json).with("Cache-Control", "no-store");
  }

  Json put(String name, String value) {
    return write(out -> out.name(name).value(safe(value)));
  }

  Json put(String name, long value) {
    return write(out -> out.name(name).value(value));
  }

  Json put(String name, double value) {
    return write(out -> out.name(name).value(java.math.BigDecimal.valueOf(value)));
  }

  Json put(String name, boolean value) {
    return write(out -> out.name(name).value(value));
  }

  Json putOrNull(String name, @Nullable Long value) {
    return write(out -> out.name(name).value(value));
  }

  Json putIfPresent(String name, @Nullable String value) {
    return value == null || value.isEmpty() ? this : put(name, value);
  }

  Json putIfPresent(String name, @Nullable Long value) {
    return value == null ? this : put(name, value.longValue());
  }

  /** Something that is JSON already. */
  Json raw(String name, byte[] json) {
    return write(out -> out.name(name).jsonValue(new String(json, StandardCharsets.UTF_8)));
  }

  Json object(String name, Consumer<Json> fields) {
    write(out -> out.name(name).beginObject());
    fields.accept(this);
    return write(JsonWriter::endObject);
  }

  Json texts(String name, Collection<String> values) {
    return write(
        out -> {
          out.name(name).beginArray();
          for (String value : values) {
            out.value(safe(value));
          }
          out.endArray();
        });
  }

  /** An array of objects. */
  <T> Json objects(String name, Iterable<T> items, BiConsumer<Json, T> fields) {
    write(out -> out.name(name).beginArray());
    for (T item : items) {
      write(JsonWriter::beginObject);
      fields.accept(this, item);
      write(JsonWriter::endObject);
    }
    return write(JsonWriter::endArray);
  }

  /** An array of what is JSON already. */
  Json raws(String name, Collection<byte[]> items) {
    return write(
        out -> {
          out.name(name).beginArray();
          for (byte[] item : items) {
            out.jsonValue(new String(item, StandardCharsets.UTF_8));
          }
          out.endArray();
        });
  }

  /** An object whose values are text or numbers. */
  Json map(String name, Map<String, ?> entries) {
    return object(
        name,
        json ->
            entries.forEach(
                (key, value) -> {
                  if (value instanceof Number number) {
                    json.put(safe(key), number.longValue());
                  } else {
                    json.put(safe(key), String.valueOf(value));
                  }
                }));
  }

  private static String safe(String text) {
    String cut = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "\u2026";
    if (cut.chars().noneMatch(Json::isUnsafe)) {
      return cut;
    }
    StringBuilder safe = new StringBuilder(cut.length());
    cut.codePoints().forEach(c -> safe.appendCodePoint(isUnsafe(c) ? '?' : c));
    return safe.toString();
  }

  /** What moves a cursor, turns a line around, or is no character. */
  private static boolean isUnsafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
