package dev.ripcord.server.page;

import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.server.HttpPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
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

  private final WallClock clock = new WallClock();
  private final StopCounts counts = new StopCounts();
  private final Counted counted = new Counted();
  private final ScheduledExecutorService watches;
  private final ScheduledExecutorService sends;
  private final ExecutorService threads;
  private final Board board;
  private final Watching watching;
  private final Readers readers;
  private final @Nullable Starts starts;
  private final Routes routes;

  private Page(Plan plan, boolean loopback, Instances instances) {
    ThreadFactory daemons = daemons();
    this.watches = Executors.newScheduledThreadPool(WATCHING_THREADS, daemons);
    this.sends = Executors.newSingleThreadScheduledExecutor(daemons);
    this.threads = Executors.newCachedThreadPool(daemons);
    this.board = new Board(counts, this::changed);
    this.watching = new Watching(instances, board, watches, this::changed);
    this.readers = new Readers(board, watching, clock, sends);
    Gateway gateway = plan.gateway();
    Here here = gateway == null ? (id, why, principal) -> {} : gateway.here();
    this.starts =
        gateway == null ? null : new Starts(gateway.address(), plan.instance(), board, watches);
    Gate gate = new Gate(loopback, plan.token());
    Cancels cancels = new Cancels(instances, board, clock, threads, here);
    Looking looking = new Looking(plan, clock, counts, board, watching);
    Following following = new Following(readers, board, starts);
    Changing changing = new Changing(gate, cancels, starts, following);
    this.routes = new Routes(gate, looking, following, changing, gateway != null);
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
    http.page("/", page.routes::answer);
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
    List<Watching.Instance> instances = watching.all();
    StopCounts.Point point =
        counts.step(
            board.running(),
            counted.more(instances, "calls_skipped", "tasks_skipped"),
            counted.more(instances, "reasons_undelivered"));
    counted.step(instances);
    double now = clock.millis(System.nanoTime());
    readers.tell(
        "counters",
        json -> json.put("now_ms", now).object("point", its -> Shown.point(its, point)));
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
