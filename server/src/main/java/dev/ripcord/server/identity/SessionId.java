package dev.ripcord.server.identity;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * What somebody shows to use a session: 256 random bits. Only its hash is stored and sent to db, so
 * neither a copy of the database nor its log lets anybody in.
 */
final class SessionId {
  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private SessionId() {}

  static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return ENCODER.encodeToString(bytes);
  }
}
