package dev.ripcord.server;

import com.nimbusds.jwt.SignedJWT;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What names a session without letting anybody into it: the hash of its id. It is what db stores,
 * and what travels with a request, so that the request can be ended with its session.
 */
public final class SessionKey {
  /** Travels with every request that was made in a session. */
  public static final Key<String> KEY = Key.propagated("session", ValueCodec.utf8());

  private static final String CLAIM = "sid";
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private SessionKey() {}

  /** The key of the session with this id. */
  public static String of(String sessionId) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ENCODER.encodeToString(sha256.digest(sessionId.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK does not know SHA-256", e);
    }
  }

  /**
   * The key of the session that a token says it is for, or null if it does not. Nobody has verified
   * the token: who lies only gets his own request ended with somebody else's session.
   */
  public static @Nullable String claimedBy(String token) {
    try {
      String sessionId = SignedJWT.parse(token).getJWTClaimsSet().getStringClaim(CLAIM);
      return sessionId == null || sessionId.isEmpty() ? null : of(sessionId);
    } catch (ParseException e) {
      return null;
    }
  }
}
