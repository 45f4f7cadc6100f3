package dev.ripcord.server.token;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ids of tokens that were revoked. An id is kept for as long as a token that exists now can
 * still be good; bounded.
 *
 * <p>Usable from any thread.
 */
final class Revocations {
  private final InstantSource clock;
  private final Duration kept;
  private final int most;
  // From id to when it may be forgotten. All are kept equally long, so the oldest is the first to
  // go. Guarded by itself.
  private final Map<String, Instant> ids = new LinkedHashMap<>();

  Revocations(InstantSource clock, Duration kept, int most) {
    this.clock = clock;
    this.kept = kept;
    this.most = most;
  }

  /** True if this call revoked it, false if it was revoked before. */
  boolean add(String tokenId) {
    Instant now = clock.instant();
    synchronized (ids) {
      forgetPast(now);
      if (ids.containsKey(tokenId)) {
        return false;
      }
      if (ids.size() >= most) {
        throw Status.RESOURCE_EXHAUSTED
            .withDescription(
                most + " tokens are revoked and not yet expired; rotate the key instead")
            .asRuntimeException();
      }
      ids.put(tokenId, now.plus(kept));
      return true;
    }
  }

  boolean contains(String tokenId) {
    synchronized (ids) {
      return ids.containsKey(tokenId);
    }
  }

  int size() {
    synchronized (ids) {
      return ids.size();
    }
  }

  private void forgetPast(Instant now) {
    for (Iterator<Instant> i = ids.values().iterator(); i.hasNext() && !i.next().isAfter(now); ) {
      i.remove();
    }
  }
}
