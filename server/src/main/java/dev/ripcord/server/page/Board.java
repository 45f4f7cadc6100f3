package dev.ripcord.server.page;

import com.google.protobuf.ByteString;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.server.page.KnownNode.State;
import dev.ripcord.server.page.Revisions.Changes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of what runs and has lately run, in all processes, put together.
 *
 * <p>Whoever reads along remembers one number, a {@linkplain Revisions revision}, and is given what
 * has a higher one: nothing is kept for a reader, and one that comes seldom gets less, never what
 * is old.
 *
 * <p>Bounded: so many nodes that run; of what is over, what is {@linkplain Remembered remembered}.
 */
final class Board {
  /** Beyond these, nodes are not taken up. */
  static final int MOST_RUNNING = 20_000;

  private static final List<String> PLUMBING = List.of("grpc.", "ripcord.v1.");
  private static final HexFormat HEX = HexFormat.of();

  private final Runnable changed;
  private final StopCounts counts;
  private final Map<RequestId, KnownRequest> requests = new LinkedHashMap<>();
  private final Map<String, KnownNode> current = new HashMap<>(); // by place: address and id
  private final Revisions revisions = new Revisions();
  private final Remembered remembered = new Remembered();
  private int running;
  private long untracked;

  /**
   * @param changed is called at each change, with the board's lock held
   */
  Board(StopCounts counts, Runnable changed) {
    this.counts = counts;
    this.changed = changed;
  }

  // What is heard.

  /** Something has happened at {@code address}. */
  synchronized void happened(String address, Event event, long offset, long heard) {
    if (event.getType() != Event.Type.UNRECOGNIZED) {
      take(address, event.getType(), event.getNode(), offset, heard);
    }
  }

  /**
   * Takes what {@code address} has listed, all of it. Nodes that run as far as is known, were not
   * heard of since {@code since} and are not listed, run no more.
   *
   * @param how they ended, then
   */
  synchronized void listed(
      String address, Collection<Node> nodes, long since, State how, long offset, long heard) {
    Set<String> listed = new HashSet<>();
    for (Node node : nodes) {
      listed.add(placeOf(address, node));
      take(address, null, node, offset, heard);
    }
    over(
        node ->
            node.address.equals(address)
                && node.heardNanos() - since < 0
                && !listed.contains(placeOf(address, node.told())),
        how,
        heard);
  }

  /** What runs at {@code address}, as far as is known, is lost. */
  synchronized void lost(String address, long now) {
    over(node -> node.address.equals(address), State.LOST, now);
  }

  private void over(Predicate<KnownNode> which, State how, long now) {
    List<KnownNode> over =
        current.values().stream().filter(n -> n.state().isRunning()).filter(which).toList();
    for (KnownNode node : over) {
      State end = how != State.LOST && node.endedNanos() == null ? State.LOST : how;
      node.over(end, now);
      running--;
      touch(node);
    }
  }

  private void take(String address, Event.@Nullable Type type, Node told, long offset, long heard) {
    if (PLUMBING.stream().anyMatch(told.getMethod()::startsWith)
        || told.getRequestId().size() != 16) {
      return;
    }
    String place = placeOf(address, told);
    KnownNode known = current.get(place);
    if (known != null && type == Event.Type.OPENED && !known.state().isRunning()) {
      if (heard - KnownNode.nanos(told.getAge()) < stoppedNanos(known)) {
        return; // said before it stopped
      }
      known = null; // tried again
    }
    if (known == null && running >= MOST_RUNNING) {
      untracked++;
      return;
    }
    KnownNode node = known == null ? add(place, address, told, heard) : known;
    boolean ran = known != null && known.state().isRunning();
    boolean wasTold = node.endedNanos() != null;
    if (!node.hear(type, told, offset, heard)) {
      return;
    }
    count(node, ran, wasTold, type != null);
    touch(node);
    if (node.request.zeroHasMoved()) {
      retell(node.request);
    }
  }

  private void count(KnownNode node, boolean ran, boolean wasTold, boolean live) {
    boolean runs = node.state().isRunning();
    running += (runs ? 1 : 0) - (ran ? 1 : 0);
    Long told = node.endedNanos();
    if (live && told != null) {
      if (!wasTold) {
        counts.told();
      }
      if (ran && !runs) {
        counts.stopped(stoppedNanos(node) - told);
      }
    }
  }

  private static long stoppedNanos(KnownNode node) {
    Long stopped = node.stoppedNanos();
    return stopped == null ? 0 : stopped;
  }

  private KnownNode add(String place, String address, Node told, long heard) {
    RequestId id = RequestId.of(told.getRequestId().toByteArray());
    KnownRequest request = request(id, heard);
    KnownNode before = current.get(place);
    String key = before == null ? place : place + "#" + Long.toHexString(heard);
    KnownNode node = new KnownNode(key, request, address, told, heard);
    current.put(place, node);
    request.nodes.put(key, node);
    return node;
  }

  private KnownRequest request(RequestId id, long now) {
    return requests.computeIfAbsent(id, unknown -> new KnownRequest(unknown, now));
  }

  static String placeOf(String address, Node node) {
    return hex(node.getContextId()) + "@" + address;
  }

  static String hex(ByteString bytes) {
    return HEX.formatHex(bytes.toByteArray());
  }

  // What is done here.

  /** It is started here. */
  synchronized void started(RequestId id, Start start, long now) {
    KnownRequest request = request(id, now);
    request.started = new KnownRequest.Started(start, false);
    touch(request);
  }

  /** Whether a connection holds it. */
  synchronized void held(RequestId id, boolean held) {
    change(
        id,
        request -> {
          KnownRequest.Started started = request.started;
          if (started != null) {
            request.started = new KnownRequest.Started(started.start(), held);
          }
        });
  }

  /** What was started here is over, for its caller. */
  synchronized void answered(RequestId id, KnownRequest.Outcome outcome) {
    change(id, request -> request.outcome = outcome);
  }

  /** Cancel is pressed here, for what is known. The nodes of it that run. */
  synchronized List<KnownNode> pressed(RequestId id, long now) {
    change(
        id,
        request -> {
          if (request.pressedNanos == null && request.isRunning()) {
            request.pressedNanos = now;
            if (request.zeroHasMoved()) {
              retell(request);
            }
          }
        });
    KnownRequest request = requests.get(id);
    return request == null
        ? List.of()
        : request.nodes.values().stream().filter(node -> node.state().isRunning()).toList();
  }

  /** Whether anything of these requests is known to run. */
  synchronized boolean isAnyRunning(List<RequestId> ids) {
    return ids.stream().map(requests::get).anyMatch(one -> one != null && one.isRunning());
  }

  private void change(RequestId id, Consumer<KnownRequest> change) {
    KnownRequest request = requests.get(id);
    if (request != null) {
      change.accept(request);
      touch(request);
    }
  }

  // What that changes.

  private void touch(KnownNode node) {
    revisions.touch(node);
    touch(node.request);
  }

  private void touch(KnownRequest request) {
    revisions.touch(request);
    remembered.changed(request, System.nanoTime());
    changed.run();
  }

  private void retell(KnownRequest request) {
    for (KnownNode node : request.nodes.values()) {
      if (node.endedNanos() != null) {
        node.dropJson();
        touch(node);
      }
    }
  }

  /** Time has passed: what is quiet is over, what has been over for long is forgotten. */
  synchronized void tick(long now) {
    remembered.areOver(now).forEach(this::touch);
    remembered.areForgotten(now).forEach(this::forget);
  }

  private void forget(KnownRequest request) {
    requests.remove(request.id);
    for (KnownNode node : request.nodes.values()) {
      current.remove(placeOf(node.address, node.told()), node);
    }
    revisions.gone(request);
    changed.run();
  }

  // What is shown.

  /** Whether all that has changed since is known. */
  synchronized boolean remembers(long since) {
    return revisions.remembers(since);
  }

  synchronized long revision() {
    return revisions.last();
  }

  /** How many nodes run. */
  synchronized int running() {
    return running;
  }

  /** How many nodes were not taken up, there being too many. */
  synchronized long untracked() {
    return untracked;
  }

  /** How many nodes are overdue; and how many run, for each address. */
  synchronized Map<String, int[]> byAddress() {
    Map<String, int[]> counts = new HashMap<>();
    for (KnownNode node : current.values()) {
      int[] its = counts.computeIfAbsent(node.address, none -> new int[2]);
      its[0] += node.state().isRunning() ? 1 : 0;
      its[1] += node.state() == State.OVERDUE ? 1 : 0;
    }
    return counts;
  }

  /** Some node of {@code address}, which tells what it is; null if none is known. */
  synchronized @Nullable Node anyAt(String address) {
    return current.values().stream()
        .filter(node -> node.address.equals(address))
        .max(Comparator.comparingLong(KnownNode::heardNanos))
        .map(KnownNode::told)
        .orElse(null);
  }

  /**
   * Up to {@code most} changes since {@code since}, with the requests that the nodes belong to, as
   * {@code show} shows them.
   */
  synchronized <T> T since(long since, boolean withNodes, int most, Function<Changes, T> show) {
    return show.apply(revisions.since(since, withNodes, most));
  }

  /** The same of one request. */
  synchronized <T> T since(long since, RequestId id, int most, Function<Changes, T> show) {
    return show.apply(revisions.since(since, id, requests.get(id), most));
  }

  /** What {@code show} makes of a request; null if it is not known. */
  synchronized <T> @Nullable T request(RequestId id, Function<KnownRequest, @Nullable T> show) {
    KnownRequest request = requests.get(id);
    return request == null ? null : show.apply(request);
  }

  /** What {@code show} makes of all requests, the oldest first. */
  synchronized <T> T all(Function<List<KnownRequest>, T> show) {
    List<KnownRequest> all = new ArrayList<>(requests.values());
    all.sort(Comparator.comparingLong(KnownRequest::openedNanos));
    return show.apply(Collections.unmodifiableList(all));
  }

  /** A node as it is known now. */
  synchronized byte[] shown(KnownNode node, Shown as) {
    return as.node(node);
  }

  /** A node of {@code address} that was just told of, as it is known here if it is. */
  synchronized byte[] shown(String address, Node told, Shown as) {
    KnownNode known = current.get(placeOf(address, told));
    if (known == null) {
      RequestId id = RequestId.of(told.getRequestId().toByteArray());
      KnownRequest request = new KnownRequest(id, as.nanos());
      known = new KnownNode(placeOf(address, told), request, address, told, as.nanos());
      known.hear(null, told, 0, as.nanos());
    }
    return as.node(known);
  }
}
