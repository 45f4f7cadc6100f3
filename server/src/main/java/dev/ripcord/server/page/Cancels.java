package dev.ripcord.server.page;

import com.google.protobuf.ByteString;
import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.server.HttpCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ends what somebody has pressed cancel for: first in this very process, if it is where the request
 * came in; then as {@code ripcord cancel} does, in every process that has something of it.
 */
final class Cancels {
  static final int MOST = 1_000;
  private static final int AT_ONCE = 16;
  private static final int MOST_SHOWN = 1_000;
  private static final int LONGEST_MESSAGE = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CASCADE = Duration.ofMillis(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);
  private static final List<String> WHY = List.of("code", "message", "dry_run");
  private static final Pattern NODE = Pattern.compile("[0-9a-f]{16}");

  private final Instances instances;
  private final Board board;
  private final WallClock clock;
  private final Executor threads;
  private final Page.Here here;

  Cancels(Instances instances, Board board, WallClock clock, Executor threads, Page.Here here) {
    this.instances = instances;
    this.board = board;
    this.clock = clock;
    this.threads = threads;
    this.here = here;
  }

  /** Why, and whether really. */
  record Why(Reason reason, boolean dryRun) {
    private static Why of(String code, String message, boolean dryRun) throws Refused {
      String usual = code.isEmpty() ? Reason.USER_CANCELED.code() : code;
      if (!Reason.isCode(usual)) {
        throw Refused.field("code", "code is not 1 to 64 of A-Z 0-9 _ from a letter on");
      }
      return new Why(Reason.of(usual, message), dryRun);
    }
  }

  /** One request, for what the body or the query says. */
  byte[] one(RequestId id, HttpCall call, long pressed) throws Refused, InterruptedException {
    Body body = Body.of(call.body());
    body.knowsOnly(WHY);
    String code = body.text("code", 64);
    String message = body.text("message", LONGEST_MESSAGE);
    Why why =
        Why.of(
            code.isEmpty() ? query(call, "code") : code,
            message.isEmpty() ? query(call, "reason") : message,
            body.flag("dry_run") || isTrue(call, "dry_run"));
    return cancel(List.of(id), List.of(), why, principal(call), pressed);
  }

  private static String query(HttpCall call, String name) throws Refused {
    String value = call.query(name);
    if (value == null) {
      return "";
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw Refused.field(name, name + " has control characters");
    }
    return Body.checkLength(name, value, LONGEST_MESSAGE);
  }

  private static boolean isTrue(HttpCall call, String name) throws Refused {
    String value = call.query(name);
    if (value != null && !value.equals("true") && !value.equals("false")) {
      throw Refused.field(name, name + " is neither true nor false");
    }
    return "true".equals(value);
  }

  /** Several requests and nodes. */
  byte[] several(HttpCall call, long pressed) throws Refused, InterruptedException {
    Body body = Body.of(call.body());
    List<String> known = new ArrayList<>(WHY);
    known.addAll(List.of("requests", "nodes"));
    body.knowsOnly(known);
    Set<RequestId> requests = new LinkedHashSet<>();
    for (String id : body.texts("requests", MOST)) {
      requests.add(requestId(id));
    }
    Set<String> nodes = new LinkedHashSet<>(body.texts("nodes", MOST));
    for (String id : nodes) {
      if (!NODE.matcher(id).matches()) {
        throw new Refused(400, "bad_id", "the id of a node has 16 hex digits, 0-9 a-f");
      }
    }
    if (requests.isEmpty() && nodes.isEmpty()) {
      throw Refused.badRequest("there are neither requests nor nodes");
    }
    Why why =
        Why.of(body.text("code", 64), body.text("message", LONGEST_MESSAGE), body.flag("dry_run"));
    return cancel(List.copyOf(requests), List.copyOf(nodes), why, principal(call), pressed);
  }

  static RequestId requestId(String text) throws Refused {
    if (!text.matches("[0-9a-f]{32}")) {
      throw new Refused(400, "bad_id", "the id of a request has 32 hex digits, 0-9 a-f");
    }
    return RequestId.parse(text);
  }

  private static String principal(HttpCall call) {
    return call.peer().getHostAddress();
  }

  private byte[] cancel(
      List<RequestId> requests, List<String> nodes, Why why, String principal, long pressed)
      throws InterruptedException {
    List<KnownNode> ran = new ArrayList<>();
    if (!why.dryRun()) {
      requests.forEach(id -> ran.addAll(board.pressed(id, pressed)));
      requests.forEach(id -> here.cancel(id, why.reason(), principal));
      awaitCascade(requests);
    }
    List<CancelRequest> all = new ArrayList<>();
    for (RequestId id : requests) {
      all.add(request(why).setRequestId(Instances.bytes(id)).build());
    }
    for (String id : nodes) {
      ByteString bytes = ByteString.copyFrom(HexFormat.of().parseHex(id));
      all.add(request(why).setContextId(bytes).build());
    }
    return shown(why, pressed, ran, everywhere(all));
  }

  /**
   * The way the calls took is the quicker one. Whoever asks everywhere meanwhile takes the
   * processors that the cascade needs, so those who are left are asked when it has passed.
   */
  private void awaitCascade(List<RequestId> requests) throws InterruptedException {
    long until = System.nanoTime() + CASCADE.toNanos();
    while (board.isAnyRunning(requests) && System.nanoTime() - until < 0) {
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }

  private static CancelRequest.Builder request(Why why) {
    return CancelRequest.newBuilder()
        .setDryRun(why.dryRun())
        .setReason(
            dev.ripcord.proto.v1.Reason.newBuilder()
                .setCode(why.reason().code())
                .setMessage(why.reason().message()));
  }

  /** Some at a time; each asks all instances. */
  private List<Answer<CancelReply>> everywhere(List<CancelRequest> requests)
      throws InterruptedException {
    List<Answer<CancelReply>> answers = new ArrayList<>();
    for (int i = 0; i < requests.size(); i += AT_ONCE) {
      List<FutureTask<List<Answer<CancelReply>>>> some = new ArrayList<>();
      for (CancelRequest each : requests.subList(i, Math.min(i + AT_ONCE, requests.size()))) {
        Callable<List<Answer<CancelReply>>> cancel = () -> instances.cancel(each, PATIENCE);
        some.add(new FutureTask<>(cancel));
      }
      some.forEach(threads::execute);
      for (FutureTask<List<Answer<CancelReply>>> each : some) {
        try {
          answers.addAll(each.get());
        } catch (ExecutionException e) {
          throw new IllegalStateException(e.getCause());
        }
      }
    }
    return answers;
  }

  /**
   * @param ran what is known to have run when cancel was pressed: it may have stopped before it is
   *     asked for everywhere
   */
  private byte[] shown(
      Why why, long pressed, List<KnownNode> ran, List<Answer<CancelReply>> answers) {
    Shown shown = Shown.now(clock);
    Map<String, byte[]> nodes = new LinkedHashMap<>();
    for (KnownNode node : ran) {
      nodes.put(Board.placeOf(node.address, node.told()), board.shown(node, shown));
    }
    Map<String, @Nullable Status> unreachable = new LinkedHashMap<>();
    int more = 0;
    for (Answer<CancelReply> answer : answers) {
      if (!answer.isAnswered()) {
        unreachable.put(answer.instance(), answer.failure());
        continue;
      }
      more += Math.max(0, answer.get().getFound() - answer.get().getNodesCount());
      for (Node node : answer.get().getNodesList()) {
        nodes.computeIfAbsent(
            Board.placeOf(answer.instance(), node),
            place -> board.shown(answer.instance(), node, shown));
      }
    }
    int found = nodes.size() + more;
    return Json.bytes(
        json -> {
          json.put("dry_run", why.dryRun());
          if (!why.dryRun()) {
            json.put("pressed_ms", clock.millis(pressed));
          }
          json.put("found", found)
              .raws("nodes", nodes.values().stream().limit(MOST_SHOWN).toList())
              .objects(
                  "unreachable",
                  unreachable.entrySet(),
                  (object, each) ->
                      object
                          .put("address", each.getKey())
                          .put("message", String.valueOf(each.getValue())));
        });
  }
}
