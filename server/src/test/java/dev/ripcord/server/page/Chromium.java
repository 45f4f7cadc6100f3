package dev.ripcord.server.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A real browser without a window. It is spoken to as its own developer tools speak to it, in JSON
 * over a WebSocket: the JDK can do that, and nothing else has to be installed beside the browser.
 */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final String LISTENING = "DevTools listening on ";
  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path profile; // what it keeps
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
  private final Map<String, Consumer<JsonObject>> sessions = new ConcurrentHashMap<>();

  private Chromium(Process process, Path profile, String address) {
    this.process = process;
    this.profile = profile;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), new Messages())
            .join();
  }

  /** Where it is on this machine, if it is. */
  static Optional<Path> program() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts one that knows nothing of any other. */
  static Chromium start(Path program) throws IOException {
    Path profile = Files.createTempDirectory("chromium-");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // which root may not use, and CI is root
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-breakpad",
                "--no-first-run",
                "--hide-scrollbars",
                "--force-color-profile=srgb",
                "--lang=en",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return new Chromium(process, profile, awaitAddress(process));
    } catch (IOException | RuntimeException e) {
      end(process, profile);
      throw e;
    }
  }

  private static String awaitAddress(Process process) throws IOException {
    BufferedReader lines = process.errorReader(UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(LISTENING)) {
        drain(lines);
        return line.substring(LISTENING.length()).strip();
      }
      said.append(line).append('\n');
    }
    throw new IOException("the browser did not start: " + said);
  }

  /** It would stand still if nobody read on. */
  private static void drain(BufferedReader lines) {
    Thread reader =
        new Thread(
            () -> {
              try (lines) {
                while (lines.readLine() != null) {
                  // Not of interest: graphics drivers and message buses that are not there.
                }
              } catch (IOException e) {
                // It has been ended.
              }
            },
            "chromium");
    reader.setDaemon(true);
    reader.start();
  }

  /** A new tab that shows nothing yet. */
  Tab newTab() {
    JsonObject blank = new JsonObject();
    blank.addProperty("url", "about:blank");
    String target = ask("", "Target.createTarget", blank).get("targetId").getAsString();
    JsonObject attach = new JsonObject();
    attach.addProperty("targetId", target);
    attach.addProperty("flatten", true);
    String session = ask("", "Target.attachToTarget", attach).get("sessionId").getAsString();
    return new Tab(this, target, session);
  }

  /** What the browser says by itself about the tab of {@code session}. */
  void listen(String session, Consumer<JsonObject> listener) {
    sessions.put(session, listener);
  }

  /**
   * Has the browser do something and waits until it has.
   *
   * @param session of a tab, or empty for the browser itself
   */
  JsonObject ask(String session, String method, JsonObject parameters) {
    int id = lastId.incrementAndGet();
    JsonObject message = new JsonObject();
    message.addProperty("id", id);
    message.addProperty("method", method);
    message.add("params", parameters);
    if (!session.isEmpty()) {
      message.addProperty("sessionId", session);
    }
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    answers.put(id, answer);
    send(message.toString());
    try {
      JsonObject answered = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (answered.has("error")) {
        throw new IllegalStateException(method + ": " + answered.get("error"));
      }
      return answered.getAsJsonObject("result");
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(method + " got no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private synchronized void send(String text) {
    socket.sendText(text, true).join(); // one at a time, or it refuses
  }

  /** Puts the parts of messages together and hands each to whom it is for. */
  private final class Messages implements WebSocket.Listener {
    private final StringBuilder begun = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      begun.append(part);
      if (last) {
        JsonObject message = JsonParser.parseString(begun.toString()).getAsJsonObject();
        begun.setLength(0);
        deliver(message);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void deliver(JsonObject message) {
      if (message.has("id")) {
        CompletableFuture<JsonObject> answer = answers.remove(message.get("id").getAsInt());
        if (answer != null) {
          answer.complete(message);
        }
      } else if (message.has("sessionId")) {
        Consumer<JsonObject> listener = sessions.get(message.get("sessionId").getAsString());
        if (listener != null) {
          listener.accept(message);
        }
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    end(process, profile);
  }

  private static void end(Process process, Path profile) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    try (Stream<Path> kept = Files.walk(profile)) {
      for (Path each : kept.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      // In the folder for temporary files, where it is somebody's job to sweep.
    }
  }
}
