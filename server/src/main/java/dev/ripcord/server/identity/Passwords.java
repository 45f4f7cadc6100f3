package dev.ripcord.server.identity;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.ripcord.Context;
import dev.ripcord.server.CpuPool;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final int SALT_BYTES = 16;
  // A stored hash names its own cost; one that costs more than this was not stored by us.
  private static final int MOST_MEMORY_KIB = 128 * 1024;
  private static final int MOST_PASSES = 16;
  private static final Pattern COST =
      Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d{1,9}),t=(\\d{1,9}),p=\\d{1,3}\\$");

  private final CpuPool pool;
  private final String hashOfNobody;

  /** Computes one hash, which takes a moment. */
  Passwords(CpuPool pool) {
    this.pool = pool;
    this.hashOfNobody = hash(Base64.getEncoder().encodeToString(random(HASH_BYTES)));
  }

  /** The hash to store for a password. */
  static String hash(String password) {
    byte[] salt = random(SALT_BYTES);
    return Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID)
        .hash(password.getBytes(StandardCharsets.UTF_8), salt)
        .getResult();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SecureRandom().nextBytes(bytes);
    return bytes;
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
    checkCost(hash);
    return Argon2Function.getInstanceFromHash(hash).check(password, hash);
  }

  // Before the function is made: it takes its memory at once.
  private static void checkCost(String hash) {
    Matcher cost = COST.matcher(hash);
    if (!cost.lookingAt()) {
      throw new IllegalStateException("a stored password hash is not Argon2id in PHC form");
    }
    if (Integer.parseInt(cost.group(1)) > MOST_MEMORY_KIB
        || Integer.parseInt(cost.group(2)) > MOST_PASSES) {
      throw new IllegalStateException("a stored password hash is too costly: " + cost.group());
    }
  }
}
