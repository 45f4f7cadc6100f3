package dev.ripcord.server.page;

import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.core.ConditionTimeoutException;

/** A tab of a browser, and the hands and eyes of whoever sits before it. */
final class Tab {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Chromium browser;
  private final String target;
  private final String session;
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

  Tab(Chromium browser, String target, String session) {
    this.browser = browser;
    this.target = target;
    this.session = session;
    browser.listen(session, this::hear);
    ask("Page.enable");
    ask("Runtime.enable");
    ask("Log.enable");
  }

  private JsonObject ask(String method, Object... namesAndValues) {
    return browser.ask(session, method, object(namesAndValues));
  }

  private static JsonObject object(Object... namesAndValues) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.add((String) namesAndValues[i], json(namesAndValues[i + 1]));
    }
    return object;
  }

  private static JsonElement json(Object value) {
    if (value instanceof JsonElement element) {
      return element;
    }
    if (value instanceof Number number) {
      return new JsonPrimitive(number);
    }
    return value instanceof Boolean bool
        ? new JsonPrimitive(bool)
        : new JsonPrimitive((String) value);
  }

  private void hear(JsonObject event) {
    JsonObject about = event.getAsJsonObject("params");
    switch (event.get("method").getAsString()) {
      case "Runtime.exceptionThrown" -> complaints.add(about.get("exceptionDetails").toString());
      case "Log.entryAdded" -> {
        JsonObject entry = about.getAsJsonObject("entry");
        if (entry.get("level").getAsString().equals("error")) {
          complaints.add(entry.toString());
        }
      }
      default -> {
        // Of no interest.
      }
    }
  }

  /**
   * What has gone wrong in the page: exceptions, what its policy has refused, what could not be
   * loaded.
   */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** The size of the window, and which theme the person prefers. */
  Tab looksLike(int width, int height, boolean dark) {
    ask(
        "Emulation.setDeviceMetricsOverride",
        "width",
        width,
        "height",
        height,
        "deviceScaleFactor",
        1,
        "mobile",
        width < 500);
    JsonArray features = new JsonArray();
    features.add(object("name", "prefers-color-scheme", "value", dark ? "dark" : "light"));
    ask("Emulation.setEmulatedMedia", "features", features);
    return this;
  }

  Tab goTo(String address) {
    ask("Page.navigate", "url", address);
    return this;
  }

  void reload() {
    eval("window.before = true");
    ask("Page.reload");
    awaitTrue("!window.before && document.readyState === 'complete'");
  }

  /** What an expression is in the page; waits for a promise. */
  JsonElement eval(String expression) {
    JsonObject answer =
        ask(
            "Runtime.evaluate",
            "expression",
            expression,
            "awaitPromise",
            true,
            "returnByValue",
            true);
    if (answer.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
    }
    JsonElement value = answer.getAsJsonObject("result").get("value");
    return value == null ? JsonNull.INSTANCE : value;
  }

  /** Waits until an expression is true; while the page is being changed it may fail. */
  void awaitTrue(String expression) {
    try {
      await()
          .ignoreExceptions()
          .pollInterval(Duration.ofMillis(50))
          .atMost(PATIENCE)
          .until(() -> eval("Boolean(" + expression + ")").getAsBoolean());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          "never true: " + expression + "\n" + complaints + "\n" + eval("document.body.innerText"),
          e);
    }
  }

  /** The text of an element. */
  String text(String selector) {
    return eval(query(selector) + ".textContent").getAsString();
  }

  private static String query(String selector) {
    return "document.querySelector(" + new JsonPrimitive(selector) + ")";
  }

  /** Clicks in the middle of an element, as soon as it is there. */
  void click(String selector) {
    awaitTrue(query(selector));
    JsonArray middle =
        eval("(() => { const e = "
                + query(selector)
                + "; e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
            .getAsJsonArray();
    for (String what : List.of("mousePressed", "mouseReleased")) {
      ask(
          "Input.dispatchMouseEvent",
          "type",
          what,
          "x",
          middle.get(0),
          "y",
          middle.get(1),
          "button",
          "left",
          "clickCount",
          1);
    }
  }

  /** Replaces what is in a field. */
  void fill(String selector, String text) {
    awaitTrue(query(selector));
    eval(query(selector) + ".focus(), " + query(selector) + ".select()");
    ask("Input.insertText", "text", text);
  }

  /** A key by its name, for instance {@code a}, {@code Enter} or {@code PageDown}. */
  void press(String key) {
    String text = key.equals("Enter") ? "\r" : key.length() == 1 ? key : "";
    ask("Input.dispatchKeyEvent", "type", "keyDown", "key", key, "text", text);
    ask("Input.dispatchKeyEvent", "type", "keyUp", "key", key);
  }

  /** What is seen, as PNG. */
  byte[] picture() {
    String data = ask("Page.captureScreenshot", "format", "png").get("data").getAsString();
    return Base64.getDecoder().decode(data);
  }

  /** Closes it, as a person does. */
  void close() {
    browser.ask("", "Target.closeTarget", object("targetId", target));
  }
}
