package dev.ripcord.server.token;

import dev.ripcord.services.token.v1.Claims;

/** A token that is not good. The message says why, to people, beginning with "token". */
final class RejectedToken extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Claims claims;

  RejectedToken(String why) {
    this(why, Claims.getDefaultInstance());
  }

  RejectedToken(String why, Claims claims) {
    super(why);
    this.claims = claims;
  }

  /** What it says, if it really is one of ours; otherwise empty. */
  Claims claims() {
    return claims;
  }
}
