package dev.ripcord.server.identity;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.ripcord.Context;
import dev.ripcord.server.CpuPool;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Checks passwords against Argon2id hashes in PHC form. Each check takes 19 MB and some 100 ms of a
 * core, so a few threads do them; a hash that has begun cannot be stopped, one that is queued is
 * skipped when its context ends.
 *
 * <p>Usable from any thread.
 */
final class Passwords {
  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;
  // A stored hash names its own cost; one that costs more than this was not stored by us.
  private static final int MOST_MEMORY_KIB = 128 * 1024;
  private static final int MOST_PASSES = 16;

  private final CpuPool pool;
  private final String hashOfNobody;

  /** Computes one hash, which takes a moment. */
  Passwords(CpuPool pool) {
    this.pool = pool;
    byte[] unguessable = new byte[32];
    new SecureRandom().nextBytes(unguessable);
    this.hashOfNobody = hash(Base64.getEncoder().encodeToString(unguessable));
  }

  /** The hash to store for a password. */
  static String hash(String password) {
    return Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID)
        .hash(password)
        .getResult();
  }

  /**
   * Whether {@code hash} is the hash of {@code password}. Null, for a user who does not exist, is
   * never, after the same work.
   *
   * @throws Exception the context's exception as soon as {@code context} ends; RESOURCE_EXHAUSTED
   *     if too many checks wait
   */
  boolean check(Context context, String password, @Nullable String hash) throws Exception {
    boolean same =
        pool.callOrLeave(context, () -> matches(password, hash == null ? hashOfNobody : hash));
    return same && hash != null;
  }

  private static boolean matches(String password, String hash) {
    Argon2Function function = Argon2Function.getInstanceFromHash(hash);
    if (function.getMemory() > MOST_MEMORY_KIB || function.getIterations() > MOST_PASSES) {
      throw new IllegalStateException("a stored password hash is too costly: " + function);
    }
    return function.check(password, hash);
  }
}
