package dev.ripcord.server.page;

import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import dev.ripcord.server.HttpPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages, and the API that they are made of, on an HTTP port: what {@code openapi.yaml} says.
 *
 * <pre>{@code
 * Page page = Page.open(http, Page.Plan.watching("ui", "1", List.of("127.0.0.1:50050"), null));
 * }</pre>
 */
public final class Page implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Page.class);
  private static final Duration TICK = Duration.ofMillis(250);
  private static final int WATCHING_THREADS = 2;
  private static final List<String> CODES =
      List.of(
          Reason.USER_CANCELED.code(),
          Reason.ADMIN.code(),
          Reason.SUPERSEDED.code(),
          Reason.AUTH_REVOKED.code());
  private static final String POLICY =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";
  private static final String EVENTS = "/events";
  private static final String REQUESTS = "/api/requests/";
  private static final String LINKS = "/requests/";
  private static final String STATIC = "/static/";
  private static final long LONGEST_GRACE_MILLIS = 10_000;

  /**
   * What to show.
   *
   * @param service what this process is
   * @param instance which of them
   * @param targets the processes to watch
   * @param token what those who change something must have; null for nothing
   * @param gateway this process itself, if it is one
   */
  public record Plan(
      String service,
      String instance,
      List<String> targets,
      @Nullable String token,
      @Nullable Gateway gateway) {
    /** Copies the list. */
    public Plan {
      targets = List.copyOf(targets);
    }

    /** Of one that starts nothing. */
    public static Plan watching(
        String service, String instance, List<String> targets, @Nullable String token) {
      return new Plan(service, instance, targets, token, null);
    }
  }

  /**
   * The gateway that this process is.
   *
   * @param address where it takes calls
   */
  public record Gateway(String address, Here here) {}

  /** The process itself. */
  public interface Here {
    /** Ends what runs here of the request, for {@code principal}. */
    void cancel(RequestId request, Reason why, String principal);
  }

  private final Plan plan;
  private final Gate gate;
  private final WallClock clock = new WallClock();
  private final StopCounts counts = new StopCounts();
  private final Statics statics = new Statics();
  private final ScheduledExecutorService watches;
  private final ScheduledExecutorService sends;
  private final ExecutorService threads;
  private final Board board;
  private final Watching watching;
  private final Readers readers;
  private final Cancels cancels;
  private final @Nullable Starts starts;
  private final Map<String, Map<String, Long>> counted =
      new HashMap<>(); // by instance, at the last step

  private Page(Plan plan, boolean loopback, Instances instances) {
    this.plan = plan;
    this.gate = new Gate(loopback, plan.token());
    ThreadFactory daemons = daemons();
    this.watches = Executors.newScheduledThreadPool(WATCHING_THREADS, daemons);
    this.sends = Executors.newSingleThreadScheduledExecutor(daemons);
    this.threads = Executors.newCachedThreadPool(daemons);
    this.board = new Board(counts, this::changed);
    this.watching = new Watching(instances, board, watches, this::changed);
    this.readers = new Readers(board, watching, clock, sends);
    Gateway gateway = plan.gateway();
    this.cancels =
        new Cancels(
            instances,
            board,
            clock,
            threads,
            gateway == null ? (id, why, principal) -> {} : gateway.here());
    this.starts =
        gateway == null ? null : new Starts(gateway.address(), plan.instance(), board, watches);
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "page-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * Shows it from now on.
   *
   * @throws IllegalArgumentException if a target is malformed, or the port can be reached from
   *     elsewhere and there is no token
   */
  public static Page open(HttpPort http, Plan plan) throws InterruptedException {
    InetSocketAddress address = http.address();
    boolean loopback = address.getAddress().isLoopbackAddress();
    if (!loopback && plan.token() == null) {
      throw new IllegalArgumentException(
          address + " can be reached from other machines, and no token is set");
    }
    Page page = new Page(plan, loopback, Instances.open(plan.targets()));
    page.begin();
    http.page("/", page::answer);
    return page;
  }

  private void begin() {
    watching.begin();
    long tick = TICK.toMillis();
    Future<?> unused =
        sends.scheduleWithFixedDelay(() -> quietly(this::tick), tick, tick, TimeUnit.MILLISECONDS);
    unused =
        sends.scheduleAtFixedRate(
            () -> quietly(this::step),
            StopCounts.STEP_MILLIS,
            StopCounts.STEP_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /** What is scheduled and throws is not called again. */
  private static void quietly(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.warn("the page falls behind", e);
    }
  }

  private void changed() {
    readers.changed();
  }

  private void tick() {
    board.tick(System.nanoTime());
    readers.tick();
  }

  private void step() {
    StopCounts.Point point =
        counts.step(
            board.running(), more("calls_skipped", "tasks_skipped"), more("reasons_undelivered"));
    for (Watching.Instance instance : watching.all()) {
      CountersReply who = instance.who();
      if (who != null) {
        counted.put(keyOf(instance.address(), who), who.getCountsMap());
      }
    }
    double now = clock.millis(System.nanoTime());
    readers.tell(
        "counters",
        json -> json.put("now_ms", now).object("point", its -> Shown.point(its, point)));
  }

  private static String keyOf(String address, CountersReply who) {
    return address + " " + who.getInstance() + " " + who.getPid();
  }

  /** What all instances have counted since the last step; null if none has told. */
  private @Nullable Long more(String... names) {
    Long more = null;
    for (Watching.Instance instance : watching.all()) {
      CountersReply who = instance.who();
      if (who == null) {
        continue;
      }
      Map<String, Long> now = who.getCountsMap();
      // What one had counted before it was first heard of is not of this step.
      Map<String, Long> before = counted.getOrDefault(keyOf(instance.address(), who), now);
      long sum = 0;
      for (String name : names) {
        sum += now.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
      }
      more = more == null ? sum : more + sum;
    }
    return more;
  }

  // Routes.

  private HttpAnswer answer(HttpCall call) throws InterruptedException {
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
      boolean isRequest = path.equals("/") && starts != null;
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
      case "/api/about" -> orElse(only(call, "GET"), this::about);
      case "/api/openapi.yaml" ->
          orElse(only(call, "GET"), () -> statics.answer(call, "openapi.yaml"));
      case "/api/instances" -> orElse(only(call, "GET"), this::instances);
      case "/api/counters" -> orElse(only(call, "GET"), this::counters);
      case "/api/events" -> orElse(only(call, "GET"), () -> events(call));
      case "/api/cancellations" -> orElse(only(call, "POST"), () -> cancellations(call));
      case "/api/requests" ->
          orElse(
              only(call, "GET", "POST"),
              () -> call.method().equals("GET") ? requests(call) : start(call));
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
      return orElse(only(call, "GET"), () -> events(call, id));
    }
    RequestId id = Cancels.requestId(rest);
    return orElse(
        only(call, "GET", "DELETE"),
        () -> call.method().equals("GET") ? tree(id) : cancel(call, id));
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

  private static HttpAnswer json(byte[] bytes) {
    return HttpAnswer.bytes(200, "application/json", bytes).with("Cache-Control", "no-store");
  }

  // Reading.

  private HttpAnswer about() {
    return Json.answer(
        200,
        json -> {
          json.put("service", plan.service())
              .put("instance", plan.instance())
              .put("now_ms", clock.millis(System.nanoTime()))
              .put("token_required", gate.needsToken())
              .texts("codes", CODES);
          if (starts == null) {
            json.put("start", false);
            return;
          }
          json.object(
              "start",
              start ->
                  start
                      .texts("branches", Start.BRANCHES)
                      .texts("loads", List.of("light", "heavy"))
                      .object(
                          "timeout_ms",
                          its ->
                              its.put("least", Start.LEAST_TIMEOUT_MILLIS)
                                  .put("most", Start.MOST_TIMEOUT_MILLIS))
                      .put("most_running", Starts.MOST_RUNNING));
        });
  }

  private HttpAnswer instances() {
    return json(Shown.now(clock).instances(watching.all(), board.byAddress()));
  }

  private HttpAnswer counters() {
    int overdue = board.byAddress().values().stream().mapToInt(its -> its[1]).sum();
    return Json.answer(
        200,
        json ->
            json.put("now_ms", clock.millis(System.nanoTime()))
                .put("step_ms", StopCounts.STEP_MILLIS)
                .object(
                    "totals",
                    totals -> {
                      Shown.point(totals, counts.totals(board.running()));
                      totals.put("overdue", overdue).put("untracked", board.untracked());
                    })
                .objects("series", counts.series(), Shown::point));
  }

  private HttpAnswer requests(HttpCall call) throws Refused {
    Filter filter = Filter.of(call);
    Shown shown = Shown.now(clock);
    return json(board.all(all -> shown.requests(filter.of(all, shown.nanos()), filter.limit())));
  }

  private HttpAnswer tree(RequestId id) throws Refused {
    byte[] tree = board.request(id, Shown.now(clock)::tree);
    if (tree == null) {
      throw unknown();
    }
    return json(tree);
  }

  private static Refused unknown() {
    return new Refused(404, "not_found", "no such request runs, or has ended lately");
  }

  private HttpAnswer events(HttpCall call) throws Refused {
    String nodes = call.query("nodes");
    return readers.open(
        new Readers.Wish(null, !"false".equals(nodes), after(call)), null, stream -> {});
  }

  private HttpAnswer events(HttpCall call, RequestId id) throws Refused {
    Boolean over = board.request(id, request -> request.over);
    if (over == null) {
      throw unknown();
    }
    if (over && after(call) != null) {
      return HttpAnswer.empty(204);
    }
    Readers.Wish wish = new Readers.Wish(id, true, after(call));
    String secret = call.query("hold");
    if (secret == null || starts == null) {
      return readers.open(wish, null, stream -> {});
    }
    String grace = call.query("grace_ms");
    Duration wait =
        Duration.ofMillis(
            grace == null ? 0 : Body.checkNumber("grace_ms", grace, 0, LONGEST_GRACE_MILLIS));
    return held(wish, null, starts.hold(id, secret, wait));
  }

  /** Read by somebody who holds the request: with the connection, {@code release} is run. */
  private HttpAnswer held(Readers.Wish wish, byte @Nullable [] first, Runnable release)
      throws Refused {
    boolean opened = false;
    try {
      HttpAnswer stream = readers.open(wish, first, its -> its.onClosed(release));
      opened = true;
      return stream;
    } finally {
      if (!opened) {
        release.run();
      }
    }
  }

  private static @Nullable String after(HttpCall call) {
    String header = call.header("Last-Event-ID");
    return header == null ? call.query("after") : header;
  }

  // Changing.

  private HttpAnswer start(HttpCall call) throws Refused {
    gate.checkChange(call);
    if (starts == null) {
      throw new Refused(404, "not_found", "nothing can be started here: this is no gateway");
    }
    Starts.Running request = starts.begin(Start.of(Body.of(call.body())));
    byte[] started =
        Json.bytes(
            json ->
                json.put("id", request.id.toString())
                    .put("location", LINKS + request.id)
                    .put("hold", request.secret));
    String accept = call.header("Accept");
    if (accept != null && accept.contains("text/event-stream")) {
      return held(
          new Readers.Wish(request.id, true, null),
          Readers.event("started", null, started),
          starts.hold(request.id, request.secret, Duration.ZERO));
    }
    return HttpAnswer.bytes(201, "application/json", started)
        .with("Location", LINKS + request.id)
        .with("Cache-Control", "no-store");
  }

  private HttpAnswer cancel(HttpCall call, RequestId id) throws Refused, InterruptedException {
    long pressed = System.nanoTime();
    gate.checkChange(call);
    return json(cancels.one(id, call, pressed));
  }

  private HttpAnswer cancellations(HttpCall call) throws Refused, InterruptedException {
    long pressed = System.nanoTime();
    gate.checkChange(call);
    return json(cancels.several(call, pressed));
  }

  /** Ends the streams, and what was started here. */
  @Override
  public void close() {
    if (starts != null) {
      starts.close();
    }
    watching.close();
    sends.shutdownNow();
    threads.shutdown();
  }
}
