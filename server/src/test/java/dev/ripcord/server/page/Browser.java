package dev.ripcord.server.page;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody who speaks HTTP to a page. */
final class Browser {
  private final HttpClient client = HttpClient.newHttpClient();
  private final String base;

  Browser(int port) {
    this.base = "http://127.0.0.1:" + port;
  }

  /** An answer whose body is JSON, as all of the API's are. */
  record Told(int status, HttpResponse<String> whole) {
    JsonObject json() {
      return JsonParser.parseString(whole.body()).getAsJsonObject();
    }

    String error() {
      return json().getAsJsonObject("error").get("code").getAsString();
    }

    String field() {
      JsonElement field = json().getAsJsonObject("error").get("field");
      return field == null ? "" : field.getAsString();
    }

    String header(String name) {
      return whole.headers().firstValue(name).orElse("");
    }
  }

  Told ask(String method, String path, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    return new Told(response.statusCode(), response);
  }

  private HttpRequest request(
      String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return request.build();
  }

  Told get(String path) throws IOException, InterruptedException {
    return ask("GET", path, null, Map.of());
  }

  Told post(String path, String body) throws IOException, InterruptedException {
    return ask("POST", path, body, Map.of("Content-Type", "application/json"));
  }

  Told delete(String path, String body) throws IOException, InterruptedException {
    return ask("DELETE", path, body, Map.of("Content-Type", "application/json"));
  }

  /** One event. */
  record Event(String name, String id, JsonObject data) {}

  /** A stream of events that is being read. */
  static final class Events implements AutoCloseable {
    private final int status;
    private final InputStream body;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean ended;

    private Events(HttpResponse<InputStream> response) {
      this.status = response.statusCode();
      this.body = response.body();
      Thread reader = new Thread(this::read, "events");
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        String name = "";
        String id = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("event: ")) {
            name = line.substring(7);
          } else if (line.startsWith("id: ")) {
            id = line.substring(4);
          } else if (line.startsWith("data: ")) {
            events.add(
                new Event(name, id, JsonParser.parseString(line.substring(6)).getAsJsonObject()));
          }
        }
      } catch (IOException e) {
        // Closed.
      } finally {
        ended = true;
      }
    }

    int status() {
      return status;
    }

    boolean hasEnded() {
      return ended;
    }

    /** The next event, or null if none comes in five seconds. */
    Event next() throws InterruptedException {
      return events.poll(5, TimeUnit.SECONDS);
    }

    /** The next event of that name. */
    Event next(String name) throws InterruptedException {
      List<String> others = new ArrayList<>();
      for (Event event = next(); event != null; event = next()) {
        if (event.name().equals(name)) {
          return event;
        }
        others.add(event.name());
      }
      throw new AssertionError("no " + name + " came, but " + others);
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  Events events(String path, Map<String, String> headers) throws IOException, InterruptedException {
    return events("GET", path, null, headers);
  }

  Events events(String method, String path, String body, Map<String, String> headers)
      throws IOException, InterruptedException {
    return new Events(
        client.send(
            request(method, path, body, headers), HttpResponse.BodyHandlers.ofInputStream()));
  }
}
