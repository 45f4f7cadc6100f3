package dev.ripcord.bind;

import dev.ripcord.Context;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Calls with the JDK's HTTP client that end with their context: the exchange is closed, and its
 * server sees that.
 *
 * <pre>{@code
 * HttpResponse<String> response =
 *     HttpCalls.send(Context.current(), client, request, HttpResponse.BodyHandlers.ofString());
 * }</pre>
 *
 * <p>The context's deadline and the request's own timeout both hold, and the earlier one strikes:
 * the former as {@link dev.ripcord.DeadlineExceededException}, the latter as {@link
 * java.net.http.HttpTimeoutException}. A body that is still being read when the call has returned,
 * as with {@code ofInputStream()} or {@code ofPublisher()}, ends with the context too; its reader
 * gets an {@link IOException} whose cause is the {@link dev.ripcord.ContextException}.
 *
 * <p>Nothing of the context is sent along. The only class here that needs the module {@code
 * java.net.http}, which whoever has an {@link HttpClient} has. Any thread.
 */
public final class HttpCalls {
  private HttpCalls() {}

  /**
   * Sends {@code request} and waits for the response, as {@link HttpClient#send} does.
   *
   * @throws dev.ripcord.ContextException if {@code context} was done before, or ended first
   * @throws IOException if the call failed; suppressed in it is the stack of this call
   * @throws InterruptedException if somebody interrupts this thread; the exchange is closed
   */
  public static <T> HttpResponse<T> send(
      Context context, HttpClient client, HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> source = source(context, client, request, handler);
    try {
      return Futures.get(context, source);
    } catch (ExecutionException e) {
      throw failureOf(request, Futures.causeOf(e));
    } finally {
      source.cancel(true); // nothing if it is done
    }
  }

  /**
   * Sends {@code request}, as {@link HttpClient#sendAsync} does. If {@code context} ends first, the
   * answer completes with the {@link dev.ripcord.ContextException}. Cancelling it, or a future made
   * of it with {@code thenApply} and the like, closes the exchange.
   *
   * @throws dev.ripcord.ContextException if {@code context} was done before
   */
  public static <T> CompletableFuture<HttpResponse<T>> sendAsync(
      Context context, HttpClient client, HttpRequest request, BodyHandler<T> handler) {
    CompletableFuture<HttpResponse<T>> source = source(context, client, request, handler);
    CompletableFuture<HttpResponse<T>> result = new Cancelable<>(source);
    Futures.link(context, source, result);
    return result;
  }

  private static <T> CompletableFuture<HttpResponse<T>> source(
      Context context, HttpClient client, HttpRequest request, BodyHandler<T> handler) {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(client, "client is null");
    Objects.requireNonNull(request, "request is null");
    Objects.requireNonNull(handler, "handler is null");
    context.throwIfDone();
    return client.sendAsync(request, HttpBody.endingWith(context, handler));
  }

  /** Made on a thread of the client, so it says nothing yet about who has called. */
  private static IOException failureOf(HttpRequest request, Throwable failure) {
    failure.addSuppressed(new Exception(request.method() + " " + request.uri() + " was sent here"));
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof IOException io ? io : new IOException(failure);
  }

  /** Cancelling it, or what is derived from it, cancels the call. */
  private static final class Cancelable<T> extends CompletableFuture<T> {
    private final CompletableFuture<?> call;

    Cancelable(CompletableFuture<?> call) {
      this.call = call;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean canceled = super.cancel(mayInterruptIfRunning);
      if (canceled) {
        call.cancel(true);
      }
      return canceled;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
      return new Cancelable<>(call);
    }
  }
}
