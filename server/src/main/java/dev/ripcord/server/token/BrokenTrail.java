package dev.ripcord.server.token;

/**
 * The audit trail is not what the issuer wrote. The message names the record, counted from the
 * oldest kept.
 */
final class BrokenTrail extends Exception {
  private static final long serialVersionUID = 1L;

  BrokenTrail(String message) {
    super(message);
  }
}
