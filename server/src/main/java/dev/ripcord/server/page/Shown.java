package dev.ripcord.server.page;

import dev.ripcord.proto.v1.Cancellation;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.Hop;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.Origin;
import dev.ripcord.proto.v1.OverdueWork;
import dev.ripcord.server.page.StopCounts.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known, as {@code openapi.yaml} says it is shown. With the board's lock held. */
final class Shown {
  private static final int MOST_OVERDUE = 16;
  private static final int MOST_FRAMES = 256;

  private final WallClock clock;
  private final long now;

  /** As it is at {@code now}. */
  Shown(WallClock clock, long now) {
    this.clock = clock;
    this.now = now;
  }

  static Shown now(WallClock clock) {
    return new Shown(clock, System.nanoTime());
  }

  long nanos() {
    return now;
  }

  double millis() {
    return clock.millis(now);
  }

  // Changes.

  byte[] changes(Revisions.Changes changes, boolean complete) {
    List<byte[]> nodes = new ArrayList<>(changes.nodes().size());
    changes.nodes().forEach(node -> nodes.add(node(node)));
    return Json.bytes(
        json -> {
          json.put("now_ms", millis());
          if (complete) {
            json.put("complete", true);
          }
          json.objects("requests", changes.requests(), this::request)
              .raws("nodes", nodes)
              .texts("gone", changes.gone().stream().map(Object::toString).toList());
        });
  }

  byte[] tree(KnownRequest request) {
    List<byte[]> nodes = new ArrayList<>();
    request.fromTheEdge().forEach(node -> nodes.add(node(node)));
    return Json.bytes(
        json ->
            json.put("now_ms", millis())
                .object("request", object -> request(object, request))
                .raws("nodes", nodes));
  }

  byte[] requests(List<KnownRequest> found, int limit) {
    List<KnownRequest> first = found.subList(0, Math.min(found.size(), limit));
    return Json.bytes(
        json ->
            json.put("now_ms", millis())
                .objects("requests", first, this::request)
                .put("found", found.size()));
  }

  byte[] end(KnownRequest request) {
    return Json.bytes(
        json -> json.put("now_ms", millis()).object("request", object -> request(object, request)));
  }

  byte[] instances(List<Watching.Instance> instances, Map<String, int[]> running) {
    return Json.bytes(
        json ->
            json.put("now_ms", millis())
                .objects(
                    "instances",
                    instances,
                    (object, instance) ->
                        instance(
                            object,
                            instance,
                            running.getOrDefault(instance.address(), new int[1])[0])));
  }

  private void instance(Json json, Watching.Instance instance, int running) {
    json.put("address", instance.address())
        .put("state", instance.link().name().toLowerCase(Locale.ROOT))
        .putIfPresent("message", instance.message())
        .put("since_ms", clock.millis(instance.sinceNanos()));
    CountersReply who = instance.who();
    if (who != null) {
      json.put("service", who.getService())
          .put("instance", who.getInstance())
          .put("pid", who.getPid());
    }
    json.put("nodes", running);
  }

  // Requests.

  void request(Json json, KnownRequest request) {
    List<KnownNode> nodes = request.fromTheEdge();
    json.put("id", request.id.toString())
        .put("state", request.state().word())
        .put("opened_ms", clock.millis(request.openedNanos()))
        .put("elapsed_us", micros(request.untilNanos(now) - request.openedNanos()));
    Long deadline = deadline(nodes);
    if (deadline != null) {
      json.put("deadline_ms", clock.millis(deadline));
    }
    json.put("service", nodes.isEmpty() ? "" : nodes.get(0).told().getService())
        .put("method", nodes.isEmpty() ? "" : nodes.get(0).told().getMethod())
        .map("services", services(nodes))
        .put("nodes", nodes.size())
        .put("running", nodes.stream().filter(node -> node.state().isRunning()).count())
        .put(
            "overdue",
            nodes.stream().filter(node -> node.state() == KnownNode.State.OVERDUE).count());
    nodes.stream()
        .filter(node -> node.told().hasCancellation())
        .findFirst()
        .ifPresent(node -> cancellation(json, node.told().getCancellation()));
    Long zero = request.zeroNanos();
    if (zero != null) {
      cancel(json, request, zero);
    }
    if (request.started != null) {
      started(json, request.started);
    }
    KnownRequest.Outcome outcome = request.outcome;
    if (outcome != null) {
      json.object(
          "outcome",
          its -> its.put("status", outcome.status()).putIfPresent("message", outcome.message()));
    }
  }

  private static @Nullable Long deadline(List<KnownNode> nodes) {
    int edge = nodes.isEmpty() ? 0 : nodes.get(0).told().getDepth();
    return nodes.stream()
        .filter(node -> node.told().getDepth() == edge)
        .map(KnownNode::deadlineNanos)
        .filter(Objects::nonNull)
        .min(Long::compare)
        .orElse(null);
  }

  private static Map<String, Integer> services(List<KnownNode> nodes) {
    Map<String, Integer> services = new TreeMap<>();
    nodes.forEach(node -> services.merge(node.told().getService(), 1, Integer::sum));
    return services;
  }

  private void cancel(Json json, KnownRequest request, long zero) {
    json.object(
        "cancel",
        its -> {
          its.put("at_ms", clock.millis(zero)).put("pressed", request.wasPressed());
          its.putIfPresent("last_told_us", last(request, zero, KnownNode::endedNanos));
          if (!request.isRunning()) {
            its.putIfPresent("last_stopped_us", last(request, zero, Shown::stoppedAfterEnd));
          }
        });
  }

  private static @Nullable Long last(
      KnownRequest request,
      long zero,
      java.util.function.Function<KnownNode, @Nullable Long> nanos) {
    return request.nodes.values().stream()
        .map(nanos)
        .filter(Objects::nonNull)
        .max(Long::compare)
        .map(at -> micros(at - zero))
        .orElse(null);
  }

  private static @Nullable Long stoppedAfterEnd(KnownNode node) {
    return node.endedNanos() == null ? null : node.stoppedNanos();
  }

  private static void started(Json json, KnownRequest.Started started) {
    Start start = started.start();
    json.object(
        "started",
        its -> {
          its.texts("branches", start.branches()).put("load", start.heavy() ? "heavy" : "light");
          if (start.timeout() != null) {
            its.put("timeout_ms", start.timeout().toMillis());
          }
          its.putIfPresent("tenant", start.tenant())
              .putIfPresent("user", start.user())
              .putIfPresent("region", start.region())
              .put("held", started.held());
        });
  }

  // Nodes.

  byte[] node(KnownNode node) {
    byte[] known = node.json(now);
    if (known == null) {
      known = Json.bytes(json -> write(json, node));
      node.keepJson(known, now);
    }
    return known;
  }

  private void write(Json json, KnownNode node) {
    Node told = node.told();
    json.put("key", node.key)
        .put("id", Board.hex(told.getContextId()))
        .put("request", node.request.id.toString())
        .putIfPresent("parent", Board.hex(told.getParentContextId()))
        .put("depth", told.getDepth())
        .put("service", told.getService())
        .put("instance", told.getInstance())
        .put("pid", told.getPid())
        .put("address", node.address)
        .put("method", told.getMethod())
        .putIfPresent("doing", told.getDoing())
        .put("state", node.state().word())
        .put("opened_ms", clock.millis(node.openedNanos()));
    Long stopped = node.stoppedNanos();
    Long ended = node.endedNanos();
    json.put("elapsed_us", micros((stopped == null ? now : stopped) - node.openedNanos()));
    Long deadline = node.deadlineNanos();
    if (deadline != null) {
      long until = ended != null ? ended : stopped != null ? stopped : now;
      json.put("deadline_ms", clock.millis(deadline))
          .put("remaining_us", Math.max(0, micros(deadline - until)));
    }
    if (told.hasCancellation()) {
      cancellation(json, told.getCancellation());
    }
    Long zero = node.request.zeroNanos();
    if (zero != null && ended != null) {
      json.put("told_us", micros(ended - zero));
      if (stopped != null) {
        json.put("stopped_us", micros(stopped - zero));
      }
    }
    if (node.state() == KnownNode.State.OVERDUE) {
      List<OverdueWork> overdue = told.getOverdueList();
      json.objects(
          "overdue", overdue.subList(0, Math.min(overdue.size(), MOST_OVERDUE)), Shown::overdue);
    }
  }

  private static void overdue(Json json, OverdueWork work) {
    List<String> stack = work.getStackList();
    json.put("kind", work.getKind().name().toLowerCase(Locale.ROOT))
        .put("name", work.getName())
        .put("thread", work.getThread())
        .put("since_end_us", micros(KnownNode.nanos(work.getSinceEnd())))
        .texts("stack", stack.subList(0, Math.min(stack.size(), MOST_FRAMES)));
  }

  private static void cancellation(Json json, Cancellation why) {
    json.object(
        "cancellation",
        its -> {
          its.put(
                  "kind",
                  why.getKind() == Cancellation.Kind.DEADLINE_EXCEEDED
                      ? "deadline_exceeded"
                      : "canceled")
              .put("code", why.getReason().getCode())
              .put("message", why.getReason().getMessage());
          if (why.getReason().getDetailsCount() > 0) {
            its.map("details", why.getReason().getDetailsMap());
          }
          if (why.hasOrigin()) {
            its.object("origin", origin -> origin(origin, why.getOrigin()));
          }
          its.objects("path", why.getPathList(), Shown::hop);
        });
  }

  private static void origin(Json json, Origin origin) {
    json.put("service", origin.getService())
        .put("instance", origin.getInstance())
        .putIfPresent("node", Board.hex(origin.getContextId()))
        .putIfPresent("principal", origin.getPrincipal());
  }

  private static void hop(Json json, Hop hop) {
    json.put("service", hop.getService())
        .put("instance", hop.getInstance())
        .put("age_us", micros(KnownNode.nanos(hop.getAge())));
  }

  // Numbers.

  static void point(Json json, Point point) {
    json.put("live", point.live())
        .put("canceled", point.canceled())
        .putOrNull("stop_p50_us", point.p50Micros())
        .putOrNull("stop_p99_us", point.p99Micros())
        .putOrNull("work_skipped", point.skipped())
        .putOrNull("reasons_undelivered", point.undelivered());
  }

  static long micros(long nanos) {
    return nanos / 1_000;
  }
}
