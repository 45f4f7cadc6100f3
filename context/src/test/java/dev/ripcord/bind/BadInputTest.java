package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.Context;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller gets wrong fails at once, with its name. */
@SuppressWarnings("try") // scopes are used by closing them
class BadInputTest {
  private final Context context = Context.background();

  private static void failsWith(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(message);
  }

  @Test
  @DisplayName("interruptible work")
  void interruptible() {
    failsWith("context is null", () -> Interruptible.run(null, () -> {}));
    failsWith("work is null", () -> Interruptible.run(context, null));
    failsWith("work is null", () -> Interruptible.call(context, (Callable<String>) null));
    failsWith("work is null", () -> Interruptible.call(context, (Work<String, Exception>) null));
  }

  @Test
  @DisplayName("closeables")
  void closeables() {
    AutoCloseable one = () -> {};
    failsWith("context is null", () -> Closeables.closing(null, one));
    failsWith("grace is null", () -> Closeables.closing(context, (Duration) null, one));
    failsWith("a resource is null", () -> Closeables.closing(context, one, null));
    failsWith("resources is null", () -> Closeables.closing(context, (AutoCloseable[]) null));
    failsWith("work is null", () -> Closeables.call(context, one, null));
    failsWith("work is null", () -> Closeables.run(context, one, null));
  }

  @Test
  @DisplayName("locks")
  void locks() {
    failsWith("context is null", () -> Locks.lock(null, new ReentrantLock()));
    failsWith("lock is null", () -> Locks.lock(context, null));
    failsWith("context is null", () -> Locks.acquire(null, new Semaphore(1)));
    failsWith("semaphore is null", () -> Locks.acquire(context, null));
    failsWith("condition is null", () -> Locks.await(context, null));
    failsWith("context is null", () -> Locks.await(null, new ReentrantLock().newCondition()));
    failsWith("context is null", () -> Locks.take(null, new LinkedBlockingQueue<>()));
    failsWith("queue is null", () -> Locks.take(context, null));
    failsWith("queue is null", () -> Locks.put(context, null, "a"));
    failsWith("element is null", () -> Locks.put(context, new LinkedBlockingQueue<>(), null));
  }

  @Test
  @DisplayName("futures")
  void futures() {
    CompletableFuture<String> future = new CompletableFuture<>();
    failsWith("context is null", () -> Futures.get(null, future));
    failsWith("future is null", () -> Futures.get(context, null));
    failsWith("context is null", () -> Futures.within(null, future));
    failsWith("source is null", () -> Futures.within(context, null));
    failsWith("context is null", () -> Futures.cancelWith(null, future));
    failsWith("future is null", () -> Futures.cancelWith(context, null));
    failsWith("parent is null", () -> Futures.scopeOf(null, future));
    failsWith("future is null", () -> Futures.scopeOf(context, null));
  }

  @Test
  @DisplayName("HTTP calls")
  void httpCalls() {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost")).build();
    var handler = BodyHandlers.ofString();
    failsWith("context is null", () -> HttpCalls.send(null, client, request, handler));
    failsWith("client is null", () -> HttpCalls.send(context, null, request, handler));
    failsWith("request is null", () -> HttpCalls.send(context, client, null, handler));
    failsWith("handler is null", () -> HttpCalls.sendAsync(context, client, request, null));
  }

  @Test
  @DisplayName("processes")
  void processes() {
    ProcessBuilder builder = new ProcessBuilder("true");
    failsWith("context is null", () -> Processes.run(null, builder));
    failsWith("builder is null", () -> Processes.run(context, null));
    failsWith("context is null", () -> Processes.start(null, builder));
    failsWith("builder is null", () -> Processes.start(context, null));
    failsWith("grace is null", () -> Processes.start(context, builder, null));
    failsWith("work is null", () -> startAndCall(builder));
  }

  private void startAndCall(ProcessBuilder builder) throws Exception {
    try (ContextProcess process = Processes.start(context, builder)) {
      process.call(null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1S", "PT24H1S"})
  @DisplayName("a grace that is none")
  void graces(Duration grace) {
    assertThatThrownBy(() -> Closeables.closing(context, grace))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(grace.toString());
  }
}
