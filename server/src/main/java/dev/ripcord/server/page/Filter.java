package dev.ripcord.server.page;

import dev.ripcord.server.HttpCall;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which requests somebody wants to see.
 *
 * @param service empty for any, as are method, states and text
 * @param limit how many at most
 */
record Filter(
    String service, String method, Set<String> states, long minAgeMillis, String text, int limit) {
  private static final Set<String> STATES = Set.of("live", "ending", "overdue", "stopped", "done");
  private static final int LONGEST = 100;
  private static final int MOST = 1_000;
  private static final int USUAL = 200;

  static Filter of(HttpCall call) throws Refused {
    String state = text(call, "state");
    Set<String> states = state.isEmpty() ? Set.of() : Set.copyOf(List.of(state.split(",", -1)));
    if (!STATES.containsAll(states)) {
      throw Refused.field(
          "state", "state has one that is none of " + STATES.stream().sorted().toList());
    }
    String limit = call.query("limit");
    String age = call.query("min_age_ms");
    return new Filter(
        text(call, "service"),
        text(call, "method").toLowerCase(Locale.ROOT),
        states,
        age == null ? 0 : Body.checkNumber("min_age_ms", age, 0, Long.MAX_VALUE / 1_000_000),
        text(call, "text").toLowerCase(Locale.ROOT),
        limit == null ? USUAL : (int) Body.checkNumber("limit", limit, 1, MOST));
  }

  private static String text(HttpCall call, String name) throws Refused {
    String value = call.query(name);
    return value == null ? "" : Body.checkLength(name, value, LONGEST);
  }

  List<KnownRequest> of(List<KnownRequest> all, long now) {
    return all.stream().filter(request -> passes(request, now)).toList();
  }

  private boolean passes(KnownRequest request, long now) {
    return (states.isEmpty() || states.contains(request.state().word()))
        && request.untilNanos(now) - request.openedNanos() >= minAgeMillis * 1_000_000
        && (service.isEmpty() || any(request, node -> node.told().getService().equals(service)))
        && (method.isEmpty() || any(request, node -> has(method, node.told().getMethod())))
        && (text.isEmpty() || has(text, request.id.toString()) || any(request, this::hasText));
  }

  private static boolean any(KnownRequest request, java.util.function.Predicate<KnownNode> which) {
    return request.nodes.values().stream().anyMatch(which);
  }

  private boolean hasText(KnownNode node) {
    var told = node.told();
    var reason = told.getCancellation().getReason();
    return Stream.of(
            told.getService(),
            told.getInstance(),
            told.getMethod(),
            told.getDoing(),
            reason.getCode(),
            reason.getMessage())
        .anyMatch(in -> has(text, in));
  }

  private static boolean has(String lowerCase, @Nullable String in) {
    return in != null && in.toLowerCase(Locale.ROOT).contains(lowerCase);
  }
}
