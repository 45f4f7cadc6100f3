package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has changed since when. Every change has a number, its revision, and everything carries the
 * number of its last change. Guarded by its {@link Board}.
 */
final class Revisions {
  private static final int MOST_GONE = 10_000;

  /** What has changed, in the order in which it did. */
  record Changes(
      long revision, List<KnownRequest> requests, List<KnownNode> nodes, List<RequestId> gone) {
    boolean isEmpty() {
      return requests.isEmpty() && nodes.isEmpty() && gone.isEmpty();
    }
  }

  private final NavigableMap<Long, KnownNode> nodes = new TreeMap<>();
  private final NavigableMap<Long, KnownRequest> requests = new TreeMap<>();
  private final NavigableMap<Long, RequestId> gone = new TreeMap<>();
  private long last;
  private long forgotten; // of what is gone, and not remembered

  /** The number of the last change. */
  long last() {
    return last;
  }

  /** Whether all that has changed since is known. */
  boolean remembers(long since) {
    return since >= forgotten && since <= last;
  }

  /** A node is another; its request, which shows that, has to be told of as well. */
  void touch(KnownNode node) {
    nodes.remove(node.revision);
    node.revision = ++last;
    nodes.put(last, node);
    node.request.nodesRevision = last;
  }

  void touch(KnownRequest request) {
    requests.remove(request.revision);
    request.revision = ++last;
    requests.put(last, request);
  }

  /** It is not known any more, and none of its nodes. */
  void gone(KnownRequest request) {
    requests.remove(request.revision);
    request.nodes.values().forEach(node -> nodes.remove(node.revision));
    gone.put(++last, request.id);
    while (gone.size() > MOST_GONE) {
      forgotten = gone.pollFirstEntry().getKey();
    }
  }

  /** Up to {@code most} changes since {@code since}, with the requests that the nodes belong to. */
  Changes since(long since, boolean withNodes, int most) {
    Collection<KnownNode> all = withNodes ? nodes.tailMap(since, false).values() : List.of();
    List<KnownNode> some = first(all, most);
    long upTo = upTo(some, all.size());
    Collection<KnownRequest> touched = requests.subMap(since, false, upTo, true).values();
    Set<KnownRequest> with = new LinkedHashSet<>(first(touched, most));
    if (with.size() < touched.size()) {
      upTo = with.stream().mapToLong(request -> request.revision).max().orElse(upTo);
      long end = upTo;
      some = some.stream().filter(node -> node.revision <= end).toList();
    }
    some.forEach(node -> with.add(node.request));
    List<RequestId> went = List.copyOf(gone.subMap(since, false, upTo, true).values());
    return new Changes(upTo, List.copyOf(with), some, went);
  }

  /**
   * The same of one request.
   *
   * @param request null if it is not known
   */
  Changes since(long since, RequestId id, @Nullable KnownRequest request, int most) {
    if (request == null) {
      boolean went = gone.tailMap(since, false).containsValue(id);
      return new Changes(last, List.of(), List.of(), went ? List.of(id) : List.of());
    }
    if (request.revision <= since) {
      return new Changes(last, List.of(), List.of(), List.of());
    }
    NavigableMap<Long, KnownNode> changed = new TreeMap<>();
    if (request.nodesRevision > since) {
      for (KnownNode node : request.nodes.values()) {
        if (node.revision > since) {
          changed.put(node.revision, node);
        }
      }
    }
    List<KnownNode> some = first(changed.values(), most);
    return new Changes(upTo(some, changed.size()), List.of(request), some, List.of());
  }

  /** The last change that is told of when of {@code all} nodes these are. */
  private long upTo(List<KnownNode> told, int all) {
    return told.size() == all ? last : told.get(told.size() - 1).revision;
  }

  private static <T> List<T> first(Collection<T> all, int most) {
    return all.stream().limit(most).toList();
  }
}
