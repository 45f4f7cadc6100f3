package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is at which address: the pages, and the API, as {@code openapi.yaml} has it. */
final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);
  private static final String POLICY =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";
  private static final String EVENTS = "/events";
  private static final String REQUESTS = "/api/requests/";
  static final String LINKS = "/requests/";
  private static final String STATIC = "/static/";

  private final Gate gate;
  private final Statics statics = new Statics();
  private final Looking looking;
  private final Following following;
  private final Changing changing;
  private final boolean starts;

  /**
   * @param starts whether there is a page where requests are started
   */
  Routes(Gate gate, Looking looking, Following following, Changing changing, boolean starts) {
    this.gate = gate;
    this.looking = looking;
    this.following = following;
    this.changing = changing;
    this.starts = starts;
  }

  HttpAnswer answer(HttpCall call) throws InterruptedException {
    HttpAnswer answer;
    try {
      gate.check(call);
      answer = route(call);
    } catch (Refused e) {
      answer = e.answer();
    } catch (RuntimeException e) {
      log.warn("{} is broken", call, e);
      answer = new Refused(500, "broken", "broken; the log says why").answer();
    }
    return answer
        .with("Content-Security-Policy", POLICY)
        .with("X-Content-Type-Options", "nosniff")
        .with("Referrer-Policy", "no-referrer")
        .with("Cross-Origin-Opener-Policy", "same-origin")
        .with("Cross-Origin-Resource-Policy", "same-origin");
  }

  private HttpAnswer route(HttpCall call) throws Refused, InterruptedException {
    String path = call.path();
    if (path.startsWith("/api/")) {
      return api(call, path);
    }
    HttpAnswer refused = only(call, "GET", "HEAD");
    if (refused != null) {
      return refused;
    }
    if (path.equals("/") || path.equals("/ops")) {
      boolean isRequest = path.equals("/") && starts;
      return statics.answer(call, isRequest ? "static/request.html" : "static/ops.html");
    }
    if (path.startsWith(LINKS)) {
      Cancels.requestId(path.substring(LINKS.length()));
      return statics.answer(call, "static/request.html");
    }
    if (path.startsWith(STATIC)) {
      return statics.answer(call, path.substring(1));
    }
    throw notFound();
  }

  private HttpAnswer api(HttpCall call, String path) throws Refused, InterruptedException {
    return switch (path) {
      case "/api/about" -> orElse(only(call, "GET"), looking::about);
      case "/api/openapi.yaml" ->
          orElse(only(call, "GET"), () -> statics.answer(call, "openapi.yaml"));
      case "/api/instances" -> orElse(only(call, "GET"), looking::instances);
      case "/api/counters" -> orElse(only(call, "GET"), looking::counters);
      case "/api/events" -> orElse(only(call, "GET"), () -> following.all(call));
      case "/api/cancellations" -> orElse(only(call, "POST"), () -> changing.cancelSeveral(call));
      case "/api/requests" ->
          orElse(
              only(call, "GET", "POST"),
              () -> call.method().equals("GET") ? looking.requests(call) : changing.start(call));
      default -> {
        if (!path.startsWith(REQUESTS)) {
          throw notFound();
        }
        yield request(call, path.substring(REQUESTS.length()));
      }
    };
  }

  private HttpAnswer request(HttpCall call, String rest) throws Refused, InterruptedException {
    if (rest.endsWith(EVENTS)) {
      RequestId id = Cancels.requestId(rest.substring(0, rest.length() - EVENTS.length()));
      return orElse(only(call, "GET"), () -> following.one(call, id));
    }
    RequestId id = Cancels.requestId(rest);
    return orElse(
        only(call, "GET", "DELETE"),
        () -> call.method().equals("GET") ? looking.tree(id) : changing.cancel(call, id));
  }

  private interface Way {
    HttpAnswer answer() throws Refused, InterruptedException;
  }

  private static HttpAnswer orElse(@Nullable HttpAnswer refused, Way way)
      throws Refused, InterruptedException {
    return refused == null ? way.answer() : refused;
  }

  /** Null if the call's method is among {@code methods}. */
  private static @Nullable HttpAnswer only(HttpCall call, String... methods) {
    if (List.of(methods).contains(call.method())) {
      return null;
    }
    String allowed = String.join(", ", methods);
    return new Refused(405, "method_not_allowed", "only " + allowed + " here")
        .answer()
        .with("Allow", allowed);
  }

  private static Refused notFound() {
    return new Refused(404, "not_found", "nothing here");
  }
}
