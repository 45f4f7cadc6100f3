package dev.ripcord.server.identity;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dev.ripcord.Context;
import dev.ripcord.server.CpuPool;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.v1.Work;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
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
@SuppressWarnings("try") // a mark is made to be closed, not to be used
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
  private final WorkLog work;
  private final String hashOfNobody;

  /** Computes one hash, which takes a moment. */
  Passwords(CpuPool pool, WorkLog work) {
    this.pool = pool;
    this.work = work;
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
        pool.callOrLeave(
            context,
            () -> {
              try (WorkLog.Mark ignored = work.begin(context, Work.Kind.HASH, "password")) {
                return matches(password, hash == null ? hashOfNobody : hash);
              }
            });
    return same && hash != null;
  }

  /**
   * Which of {@code passwords} is the first that {@code hash} is of; as many as there are if none
   * is. Each takes its turn in the pool, so that a long list does not keep others from logging in.
   * When this returns, none is being hashed any more.
   *
   * @throws Exception as from {@link #check}, the context's after the hash at hand
   */
  int firstMatch(Context context, List<String> passwords, String hash) throws Exception {
    try (WorkLog.Mark ignored = work.begin(context, Work.Kind.HASH, "leaked passwords")) {
      int tried = 0;
      for (String password : passwords) {
        if (pool.call(context, () -> matches(password, hash))) {
          break;
        }
        tried++;
      }
      return tried;
    }
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
