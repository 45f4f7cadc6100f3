package dev.ripcord.server.page;

import dev.ripcord.server.HttpCall;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in. A browser does for any page of the web what that page asks for: so nothing is
 * changed for another site's page, and a name that somebody has pointed at this machine is no name
 * of it.
 */
final class Gate {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");
  private static final Pattern ORIGIN = Pattern.compile("https?://([^/]+)");
  private static final String BEARER = "Bearer ";

  private final boolean loopback;
  private final byte @Nullable [] token; // its digest

  /**
   * @param loopback whether only this machine reaches us
   * @param token what those who change something must have; null for nothing
   */
  Gate(boolean loopback, @Nullable String token) {
    this.loopback = loopback;
    this.token = token == null ? null : digest(token);
  }

  boolean needsToken() {
    return token != null;
  }

  /** Anything. */
  void check(HttpCall call) throws Refused {
    String host = call.header("Host");
    if (loopback && (host == null || !LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches())) {
      throw new Refused(
          403, "bad_host", "this is only for localhost, and the request is for another host");
    }
  }

  /** Something that changes what is. */
  void checkChange(HttpCall call) throws Refused {
    checkSite(call);
    String type = call.header("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).matches("application/json *(;.*)?")) {
      throw new Refused(415, "unsupported_media_type", "Content-Type must be application/json");
    }
    checkToken(call);
  }

  private static void checkSite(HttpCall call) throws Refused {
    String site = call.header("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw new Refused(403, "cross_site", "this is not done for another site's page");
    }
    String origin = call.header("Origin");
    if (origin != null) {
      Matcher from = ORIGIN.matcher(origin);
      if (!from.matches() || !from.group(1).equalsIgnoreCase(call.header("Host"))) {
        throw new Refused(403, "cross_site", "this is not done for a page of another origin");
      }
    }
  }

  private void checkToken(HttpCall call) throws Refused {
    if (token == null) {
      return;
    }
    String given = call.header("Authorization");
    if (given == null || !given.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw new Refused(401, "token_missing", "Authorization: Bearer TOKEN is missing");
    }
    // Digests have one length, so that the time this takes tells nothing.
    if (!MessageDigest.isEqual(token, digest(given.substring(BEARER.length()).strip()))) {
      throw new Refused(401, "token_wrong", "the token is wrong");
    }
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
