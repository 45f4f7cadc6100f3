package dev.ripcord.server.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key that signs, and the earlier ones that still verify: each stays until the last token it
 * signed has expired.
 *
 * <p>Guarded by the {@link ContextLock} of its owner: shared to look, alone to rotate.
 */
final class KeyRing {
  private final int mostEarlier;
  private final Deque<SigningKey> earlier = new ArrayDeque<>();
  private SigningKey current;

  KeyRing(SigningKey first, int mostEarlier) {
    this.current = first;
    this.mostEarlier = mostEarlier;
  }

  SigningKey current() {
    return current;
  }

  /** The key called {@code id} if it still verifies. */
  @Nullable SigningKey find(String id) {
    if (current.id().equals(id)) {
      return current;
    }
    for (SigningKey key : earlier) {
      if (key.id().equals(id)) {
        return key;
      }
    }
    return null;
  }

  /**
   * Signs with {@code next} from now on.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if too many earlier keys are still
   *     needed: dropping one would reject good tokens
   */
  void rotateTo(SigningKey next, Instant now) {
    earlier.removeIf(key -> !key.neededUntil().isAfter(now));
    if (current.neededUntil().isAfter(now)) {
      refuseIfFull(now);
      earlier.addFirst(current);
    }
    current = next;
  }

  private void refuseIfFull(Instant now) {
    if (earlier.size() < mostEarlier) {
      return;
    }
    Instant nextGoes =
        earlier.stream().map(SigningKey::neededUntil).min(Comparator.naturalOrder()).orElse(now);
    throw Status.RESOURCE_EXHAUSTED
        .withDescription(
            earlier.size()
                + " earlier keys still verify tokens that have not expired; the next of them goes in "
                + Duration.between(now, nextGoes).toSeconds()
                + " s")
        .asRuntimeException();
  }

  /** The public keys, the signing one first. */
  String toJwks() {
    List<JWK> keys = new ArrayList<>();
    keys.add(current.forPublication());
    earlier.forEach(key -> keys.add(key.forPublication()));
    return new JWKSet(keys).toString(true);
  }
}
