package dev.ripcord.server.identity;

import dev.ripcord.grpc.RequestId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which requests were lately made in which session. Bounded: the oldest is forgotten first. A
 * request that has ended meanwhile does no harm here, since ending it again changes nothing.
 */
final class SessionWork {
  private static final int MOST = 10_000;

  // Both guarded by this, oldest first.
  private final Map<RequestId, String> sessionOf = bounded();
  private final Map<String, Boolean> revoked = bounded();

  private static <K, V> Map<K, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > MOST;
      }
    };
  }

  /** False if the session was revoked lately. */
  synchronized boolean begin(String session, RequestId request) {
    if (revoked.containsKey(session)) {
      return false;
    }
    sessionOf.put(request, session);
    return true;
  }

  /** No request of the session begins here from now on; those that have begun are returned. */
  synchronized List<RequestId> revoke(String session) {
    revoked.put(session, true);
    List<RequestId> begun = new ArrayList<>();
    Iterator<Map.Entry<RequestId, String>> all = sessionOf.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<RequestId, String> each = all.next();
      if (each.getValue().equals(session)) {
        begun.add(each.getKey());
        all.remove();
      }
    }
    return begun;
  }
}
