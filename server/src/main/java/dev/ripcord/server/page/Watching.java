package dev.ripcord.server.page;

import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Targets;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.WatchRequest;
import dev.ripcord.server.page.KnownNode.State;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches every process, tells the board, and comes back to those that are gone.
 *
 * <pre>
 *   connecting ── watch, and list what ran before ──► watched
 *        ▲                                              │ ends
 *        └──────────── a pause, ever longer ── unreachable ── for long: what ran there is lost
 * </pre>
 */
final class Watching implements Instances.Watcher, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watching.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);
  private static final Duration LOST_AFTER = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(1);
  private static final WatchRequest ALL = WatchRequest.newBuilder().setIncludeLive(true).build();
  private static final ListRequest ALSO_STOPPED =
      ListRequest.newBuilder().setIncludeStopped(true).build();

  /** How an instance answers. */
  enum Link {
    CONNECTING,
    WATCHED,
    UNREACHABLE
  }

  /**
   * What is known of a process.
   *
   * @param message why it is not watched; empty if it is
   * @param sinceNanos when that began
   * @param who null until it has told
   */
  record Instance(
      String address, Link link, String message, long sinceNanos, @Nullable CountersReply who) {}

  /** One process. What is not volatile is guarded by this. */
  private static final class Place {
    final String address;
    final boolean hasOurClock;
    Link link = Link.CONNECTING;
    String message = "";
    boolean isOpen; // the watch
    long sinceNanos = System.nanoTime();
    volatile Duration pause = SHORTEST_PAUSE;
    long offset = Long.MAX_VALUE; // of its clock; the least that was seen
    volatile boolean isLost;
    volatile @Nullable CountersReply who;

    Place(String address) {
      this.address = address;
      this.hasOurClock = isHere(address);
    }

    private static boolean isHere(String address) {
      try {
        InetAddress host = InetAddress.getByName(Targets.parse(address).getHostString());
        return host.isLoopbackAddress() || NetworkInterface.getByInetAddress(host) != null;
      } catch (IOException | IllegalArgumentException e) {
        return false;
      }
    }

    /**
     * What its monotonic clock lacks to ours. Another machine's began at another time: then no
     * event can have happened after it was heard of, and the quickest message is the best guess.
     */
    synchronized long offset(Node node, long heard) {
      if (hasOurClock) {
        return 0;
      }
      long stamp = Math.max(node.getEndedMonotonicNs(), node.getStoppedMonotonicNs());
      if (stamp != 0) {
        offset = Math.min(offset, heard - stamp);
      }
      return offset == Long.MAX_VALUE ? 0 : offset;
    }

    synchronized void watching() {
      isOpen = true;
    }

    /** True if it answers, and the watch has not ended meanwhile. */
    synchronized boolean isWatchedNow() {
      if (isOpen) {
        turn(Link.WATCHED, "");
      }
      return isOpen;
    }

    synchronized void ended(String why) {
      isOpen = false;
      turn(Link.UNREACHABLE, why);
    }

    private void turn(Link now, String why) {
      if (link != now) {
        sinceNanos = System.nanoTime();
      }
      link = now;
      message = why;
    }

    synchronized Instance asInstance() {
      return new Instance(address, link, message, sinceNanos, who);
    }
  }

  private final Instances instances;
  private final Board board;
  private final ScheduledExecutorService scheduler;
  private final Runnable changed;
  private final Map<String, Place> places = new ConcurrentSkipListMap<>();
  private final AtomicLong revision = new AtomicLong(1);
  private volatile boolean closed;

  /**
   * @param scheduler may be blocked for a while
   * @param changed is called when an instance's link is another
   */
  Watching(Instances instances, Board board, ScheduledExecutorService scheduler, Runnable changed) {
    this.instances = instances;
    this.board = board;
    this.scheduler = scheduler;
    this.changed = changed;
  }

  void begin() {
    for (String address : instances.addresses()) {
      places.put(address, new Place(address));
    }
    instances.unresolved().forEach(this::ended);
    instances.addresses().forEach(address -> scheduler.execute(() -> connect(address)));
    long every = StopCounts.STEP_MILLIS / 2;
    Future<?> unused =
        scheduler.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
  }

  /** All, by address. */
  List<Instance> all() {
    return places.values().stream().map(Place::asInstance).toList();
  }

  /** Is another when {@link #all} is. */
  long revision() {
    return revision.get();
  }

  private void changed() {
    revision.incrementAndGet();
    changed.run();
  }

  private Place place(String address) {
    return Objects.requireNonNull(places.get(address), address);
  }

  private void connect(String address) {
    if (closed) {
      return;
    }
    Place place = place(address);
    long begun = System.nanoTime();
    place.watching();
    instances.watch(address, ALL, this);
    Future<?> unused =
        instances
            .list(address, ALSO_STOPPED, PATIENCE)
            .thenAccept(
                nodes -> {
                  listed(place, nodes, begun, State.LOST);
                  connected(place);
                });
  }

  private void connected(Place place) {
    if (place.isWatchedNow()) {
      place.pause = SHORTEST_PAUSE;
      place.isLost = false;
      changed();
    }
  }

  private void listed(Place place, List<Node> nodes, long begun, State how) {
    long heard = System.nanoTime();
    nodes.forEach(node -> place.offset(node, heard));
    long offset = place.offset(Node.getDefaultInstance(), heard);
    board.listed(place.address, nodes, begun, how, offset, heard);
  }

  @Override
  public void happened(String instance, Event event) {
    long heard = System.nanoTime();
    board.happened(instance, event, place(instance).offset(event.getNode(), heard), heard);
  }

  @Override
  public void ended(String instance, Status why) {
    if (closed) {
      return;
    }
    Place place = places.computeIfAbsent(instance, Place::new);
    String description = why.getDescription();
    place.ended(why.getCode() + (description == null ? "" : ": " + description));
    log.debug("{} is not watched: {}", instance, why);
    changed();
    if (instances.addresses().contains(instance)) {
      Duration pause = place.pause;
      place.pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
      try {
        Future<?> unused =
            scheduler.schedule(() -> connect(instance), pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("{} is not watched again: this is being closed", instance);
      }
    }
  }

  /** What events do not tell: that something overdue has returned, and that a process is gone. */
  private void look() {
    try {
      long now = System.nanoTime();
      Map<String, int[]> counts = board.byAddress();
      for (Place place : places.values()) {
        Instance instance = place.asInstance();
        int[] its = counts.getOrDefault(place.address, new int[2]);
        if (instance.link() == Link.WATCHED && its[1] > 0) {
          Future<?> unused =
              instances
                  .list(place.address, ALSO_STOPPED, PATIENCE)
                  .thenAccept(nodes -> listed(place, nodes, now, State.STOPPED));
        } else if (instance.link() == Link.UNREACHABLE
            && !place.isLost
            && now - instance.sinceNanos() > LOST_AFTER.toNanos()) {
          place.isLost = true;
          board.lost(place.address, now);
        }
      }
      ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn("the instances could not be looked at", e);
    }
  }

  private void ask() throws InterruptedException {
    boolean isNew = false;
    for (Instances.Answer<CountersReply> answer : instances.counters(SHORT_PATIENCE)) {
      Place place = places.get(answer.instance());
      if (place != null && answer.isAnswered()) {
        CountersReply before = place.who;
        isNew |= before == null || !before.getInstance().equals(answer.get().getInstance());
        place.who = answer.get();
      }
    }
    if (isNew) {
      changed();
    }
  }

  @Override
  public void close() {
    closed = true;
    scheduler.shutdownNow();
    instances.close();
  }
}
