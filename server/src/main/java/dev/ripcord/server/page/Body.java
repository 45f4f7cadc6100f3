package dev.ripcord.server.page;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON object that somebody sent. Each question refuses what it cannot take, by its name. */
final class Body {
  private static final TypeAdapter<JsonElement> ADAPTER = new Gson().getAdapter(JsonElement.class);

  private final JsonObject fields;

  private Body(JsonObject fields) {
    this.fields = fields;
  }

  /** None is as good as an empty object. */
  static Body of(byte[] bytes) throws Refused {
    if (bytes.length == 0) {
      return new Body(new JsonObject());
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      JsonReader reader = new JsonReader(new StringReader(text));
      reader.setStrictness(Strictness.STRICT);
      JsonElement read = ADAPTER.read(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT || !read.isJsonObject()) {
        throw Refused.badRequest("the body is not one JSON object");
      }
      return new Body(read.getAsJsonObject());
    } catch (CharacterCodingException e) {
      throw Refused.badRequest("the body is not UTF-8");
    } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
      throw Refused.badRequest("the body is not JSON");
    }
  }

  /** A misspelt field must not be taken for one that is left out. */
  void knowsOnly(List<String> names) throws Refused {
    for (String name : fields.keySet()) {
      if (!names.contains(name)) {
        String shown = name.length() > 64 ? name.substring(0, 64) : name;
        throw Refused.field(shown, "there is no field \"" + shown + "\", only " + names);
      }
    }
  }

  private @Nullable JsonElement get(String name) {
    JsonElement value = fields.get(name);
    return value == null || value.isJsonNull() ? null : value;
  }

  /** One line of text, empty without one. */
  String text(String name, int longest) throws Refused {
    String text = secret(name, longest);
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw Refused.field(name, name + " has control characters");
    }
    return text;
  }

  /** Any text, empty without one. */
  String secret(String name, int longest) throws Refused {
    JsonElement value = get(name);
    if (value == null) {
      return "";
    }
    if (!(value instanceof JsonPrimitive primitive) || !primitive.isString()) {
      throw Refused.field(name, name + " is not text");
    }
    return checkLength(name, primitive.getAsString(), longest);
  }

  static String checkLength(String name, String text, int longest) throws Refused {
    if (text.length() > longest) {
      throw Refused.field(
          name, name + " has " + text.length() + " characters, more than " + longest);
    }
    return text;
  }

  boolean flag(String name) throws Refused {
    JsonElement value = get(name);
    if (value == null) {
      return false;
    }
    if (!(value instanceof JsonPrimitive primitive) || !primitive.isBoolean()) {
      throw Refused.field(name, name + " is neither true nor false");
    }
    return primitive.getAsBoolean();
  }

  /** A whole number; null without one. */
  @Nullable Long number(String name, long least, long most) throws Refused {
    JsonElement value = get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
      throw Refused.field(name, name + " is not a number");
    }
    return checkNumber(name, primitive.getAsString(), least, most);
  }

  static long checkNumber(String name, String text, long least, long most) throws Refused {
    long number = text.matches("-?\\d{1,18}") ? Long.parseLong(text) : least - 1;
    if (number < least || number > most) {
      String shown = text.length() > 32 ? text.substring(0, 32) : text;
      throw Refused.field(name, name + " is " + shown + ", not " + least + " to " + most);
    }
    return number;
  }

  String word(String name, List<String> known, String usual) throws Refused {
    String word = text(name, 64);
    if (word.isEmpty()) {
      return usual;
    }
    if (!known.contains(word)) {
      throw Refused.field(name, name + " is none of " + known);
    }
    return word;
  }

  /** Words of those known, each once; none without any. */
  List<String> words(String name, List<String> known) throws Refused {
    Set<String> words = new LinkedHashSet<>();
    for (String word : texts(name, known.size() * 4)) {
      if (!known.contains(word)) {
        throw Refused.field(name, name + " has one that is none of " + known);
      }
      words.add(word);
    }
    if (words.isEmpty() && get(name) != null) {
      throw Refused.field(name, name + " is empty");
    }
    return List.copyOf(words);
  }

  List<String> texts(String name, int most) throws Refused {
    JsonElement value = get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof JsonArray array)) {
      throw Refused.field(name, name + " is not a list");
    }
    if (array.size() > most) {
      throw Refused.field(name, name + " has " + array.size() + " items, more than " + most);
    }
    List<String> texts = new ArrayList<>();
    for (JsonElement item : array) {
      if (!(item instanceof JsonPrimitive primitive) || !primitive.isString()) {
        throw Refused.field(name, name + " has one that is not text");
      }
      texts.add(primitive.getAsString());
    }
    return texts;
  }
}
