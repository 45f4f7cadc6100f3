package dev.ripcord.server.page;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which requests are over, and for how long they are shown. One of which nothing runs is quiet at
 * first: events come by several ways, and more may be on its way. Guarded by its {@link Board}.
 */
final class Remembered {
  private static final Duration QUIET = Duration.ofMillis(300);
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int MOST_NODES = 20_000;

  /** Of those that were canceled, and of those that were not. */
  private static final int MOST_REQUESTS = 300;

  private final Set<KnownRequest> quiet = new LinkedHashSet<>();

  // First come first, each with how many nodes it is counted with.
  private final Map<KnownRequest, Integer> canceled = new LinkedHashMap<>();
  private final Map<KnownRequest, Integer> done = new LinkedHashMap<>();
  private int nodes; // of all that are over

  /** It has changed: whether something of it runs may be another thing than before. */
  void changed(KnownRequest request, long now) {
    if (request.isRunning()) {
      request.quietNanos = null;
      request.over = false;
      quiet.remove(request);
      drop(request);
    } else if (request.quietNanos == null) {
      request.quietNanos = now;
      quiet.add(request);
    }
  }

  private void drop(KnownRequest request) {
    Integer its = canceled.remove(request);
    if (its == null) {
      its = done.remove(request);
    }
    nodes -= its == null ? 0 : its;
  }

  /** Those that have been quiet for so long that they are over from now on. */
  List<KnownRequest> areOver(long now) {
    List<KnownRequest> over = new ArrayList<>();
    for (KnownRequest request : List.copyOf(quiet)) {
      if (isOlder(request, QUIET, now)) {
        quiet.remove(request);
        request.over = true;
        (request.wasCanceled() ? canceled : done).put(request, request.nodes.size());
        nodes += request.nodes.size();
        over.add(request);
      }
    }
    return over;
  }

  /** Those that have been over for long, or are too many, and are not remembered any more. */
  List<KnownRequest> areForgotten(long now) {
    List<KnownRequest> forgotten = new ArrayList<>();
    for (Map<KnownRequest, Integer> over : List.of(done, canceled)) {
      while (over.size() > MOST_REQUESTS
          || (!over.isEmpty() && isOlder(over.keySet().iterator().next(), LONGEST, now))) {
        forgotten.add(forgetFirst(over));
      }
    }
    while (nodes > MOST_NODES) {
      forgotten.add(forgetFirst(done.isEmpty() ? canceled : done));
    }
    return forgotten;
  }

  private KnownRequest forgetFirst(Map<KnownRequest, Integer> over) {
    KnownRequest first = over.keySet().iterator().next();
    drop(first);
    return first;
  }

  private static boolean isOlder(KnownRequest request, Duration span, long now) {
    Long since = request.quietNanos;
    return since != null && now - since >= span.toNanos();
  }
}
