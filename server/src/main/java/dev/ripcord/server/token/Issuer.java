package dev.ripcord.server.token;

import com.google.protobuf.Timestamp;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ripcord.Context;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.token.v1.Claims;
import dev.ripcord.services.v1.Work;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * Issues tokens and judges them. Keeps its keys, revocations and audit trail in memory: they live
 * as long as the process.
 *
 * <p>Usable from any thread. What takes a context throws a {@link dev.ripcord.ContextException}
 * soon after that context ends: within one signature while it computes, at once while it waits for
 * its {@link ContextLock}.
 */
@SuppressWarnings("try") // holds and marks are taken to be given back, not to be used
final class Issuer {
  /** Nothing issued here is good for longer. */
  static final Duration LONGEST_VALIDITY = Duration.ofHours(24);

  private static final String NAME = "ripcord-token";
  private static final String SESSION = "sid";
  private static final String ROLES = "roles";
  private static final int MOST_EARLIER_KEYS = 32;
  private static final int MOST_REVOCATIONS = 100_000;
  // The newest records vouch for what is in force now; they are proven before a token is judged by
  // it.
  private static final int PROVEN_BEFORE_JUDGING = 10;

  private final InstantSource clock;
  private final AuditTrail trail;
  private final Revocations revocations;
  private final KeyRing ring; // guarded by lock
  private final WorkLog work;
  private final ContextLock lock;

  private Issuer(InstantSource clock, AuditTrail trail, SigningKey first, WorkLog work) {
    this.work = work;
    this.lock = new ContextLock("signing keys", work);
    this.clock = clock;
    this.trail = trail;
    this.ring = new KeyRing(first, MOST_EARLIER_KEYS);
    this.revocations = new Revocations(clock, LONGEST_VALIDITY, MOST_REVOCATIONS);
  }

  /** An issuer that starts to sign today, with the audit trail of earlier days before it. */
  static Issuer after(History history, InstantSource clock, WorkLog work) {
    SigningKey first = SigningKey.generate();
    AuditTrail trail = history.write(clock.instant(), first);
    return new Issuer(clock, trail, first, work);
  }

  /** A token and what it says. */
  record Issued(String token, Claims claims) {}

  /** A new token. */
  Issued issue(
      Context context, String subject, String sessionId, List<String> roles, Duration validity)
      throws InterruptedException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Claims.Builder claims =
        Claims.newBuilder()
            .setSubject(subject)
            .setSessionId(sessionId)
            .addAllRoles(roles)
            .setIssuedAt(seconds(now))
            .setExpiresAt(seconds(now.plus(validity)))
            .setTokenId(UUID.randomUUID().toString());
    try (ContextLock.Hold ignored = lock.share(context)) {
      SigningKey key = ring.current();
      key.neededUntil(now.plus(validity));
      trail.add(clock.instant(), AuditRecord.Act.ISSUED, claims.getTokenId(), key);
      claims.setKeyId(key.id());
      return new Issued(sign(claims, key), claims.build());
    }
  }

  private static String sign(Claims.Builder claims, SigningKey key) {
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.ES256).type(JOSEObjectType.JWT).keyID(key.id()).build();
    SignedJWT jwt = new SignedJWT(header, claimsSet(claims));
    try {
      jwt.sign(key.signer());
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign a token", e);
    }
    return jwt.serialize();
  }

  private static JWTClaimsSet claimsSet(Claims.Builder claims) {
    return new JWTClaimsSet.Builder()
        .issuer(NAME)
        .subject(claims.getSubject())
        .claim(SESSION, claims.getSessionId())
        .claim(ROLES, List.copyOf(claims.getRolesList()))
        .issueTime(date(claims.getIssuedAt()))
        .expirationTime(date(claims.getExpiresAt()))
        .jwtID(claims.getTokenId())
        .build();
  }

  /** What {@code token} says, if it is good. */
  Claims verify(Context context, String token) throws RejectedToken, InterruptedException {
    try (ContextLock.Hold ignored = lock.share(context)) {
      return judge(token);
    }
  }

  /**
   * Like {@link #verify}, and proves the whole audit trail with it: many seconds. No key is rotated
   * meanwhile, so the answer is about one state of the issuer.
   *
   * <p>The token is judged after the newest records are proven and before the older ones: what is
   * in force now is what they say. A bad token is so found out after a fraction of a second, and
   * always after the same one, whatever is wrong with it; one that is revoked or expires while the
   * rest is proven is rejected before the next record.
   */
  Claims verifyWithTrail(Context context, String token)
      throws RejectedToken, BrokenTrail, InterruptedException {
    try (ContextLock.Hold ignored = lock.share(context);
        WorkLog.Mark alsoIgnored = work.begin(context, Work.Kind.PROOF, "audit trail")) {
      AuditTrail.Proof proof = trail.prove();
      proof.advance(context, PROVEN_BEFORE_JUDGING);
      Claims claims = judge(token);
      while (proof.left() > 0) {
        proof.advance(context, 1);
        rejectIfEnded(claims);
      }
      return claims;
    }
  }

  /** Lock held. */
  private Claims judge(String token) throws RejectedToken {
    SignedJWT jwt = parse(token);
    SigningKey key = keyOf(jwt);
    checkSignature(jwt, key);
    Claims claims = claims(jwt, key);
    rejectIfEnded(claims);
    return claims;
  }

  private void rejectIfEnded(Claims claims) throws RejectedToken {
    Duration left = Duration.between(clock.instant(), instant(claims.getExpiresAt()));
    if (left.isNegative() || left.isZero()) {
      throw new RejectedToken("token expired " + left.negated().toSeconds() + " s ago", claims);
    }
    if (revocations.contains(claims.getTokenId())) {
      throw new RejectedToken("token was revoked", claims);
    }
  }

  private static SignedJWT parse(String token) throws RejectedToken {
    try {
      return SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) {
      // The parser's words would repeat parts of the token.
      throw new RejectedToken("token is malformed: not three parts of a signed JWT");
    }
  }

  private SigningKey keyOf(SignedJWT jwt) throws RejectedToken {
    if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())) {
      throw new RejectedToken("token is not signed with ES256");
    }
    String id = jwt.getHeader().getKeyID();
    SigningKey key = id == null ? null : ring.find(id);
    if (key == null) {
      throw new RejectedToken("token is signed with an unknown key");
    }
    return key;
  }

  private static void checkSignature(SignedJWT jwt, SigningKey key) throws RejectedToken {
    boolean good;
    try {
      good = jwt.verify(key.verifier());
    } catch (JOSEException e) {
      good = false;
    }
    if (!good) {
      throw new RejectedToken("token was changed: its signature is wrong");
    }
  }

  private static Claims claims(SignedJWT jwt, SigningKey key) throws RejectedToken {
    try {
      JWTClaimsSet set = jwt.getJWTClaimsSet();
      if (!NAME.equals(set.getIssuer())) {
        throw new RejectedToken("token is not from this issuer");
      }
      return Claims.newBuilder()
          .setSubject(set.getSubject())
          .setSessionId(set.getStringClaim(SESSION))
          .addAllRoles(set.getStringListClaim(ROLES))
          .setIssuedAt(seconds(set.getIssueTime().toInstant()))
          .setExpiresAt(seconds(set.getExpirationTime().toInstant()))
          .setTokenId(set.getJWTID())
          .setKeyId(key.id())
          .build();
    } catch (ParseException e) {
      throw new RejectedToken("token is malformed: its claims cannot be read");
    }
  }

  /** Whether this call revoked the token called {@code tokenId}; false if it was revoked before. */
  boolean revoke(Context context, String tokenId) throws InterruptedException {
    try (ContextLock.Hold ignored = lock.share(context)) {
      if (!revocations.add(tokenId)) {
        return false;
      }
      trail.add(clock.instant(), AuditRecord.Act.REVOKED, tokenId, ring.current());
      return true;
    }
  }

  /** Signs with a new key from now on, and returns its id. Waits for what is being verified. */
  String rotateKey(Context context) throws InterruptedException {
    SigningKey next = SigningKey.generate();
    try (ContextLock.Hold ignored = lock.alone(context)) {
      SigningKey previous = ring.current();
      Instant now = clock.instant();
      ring.rotateTo(next, now);
      trail.add(now, AuditRecord.Act.ROTATED, next.id(), previous);
      return next.id();
    }
  }

  /** The public keys that verify, as a JWKS document. */
  String jwks(Context context) throws InterruptedException {
    try (ContextLock.Hold ignored = lock.share(context)) {
      return ring.toJwks();
    }
  }

  /** How many calls wait for the lock at this moment. */
  int waiting() {
    return lock.waiting();
  }

  private static Timestamp seconds(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).build();
  }

  private static Instant instant(Timestamp at) {
    return Instant.ofEpochSecond(at.getSeconds());
  }

  private static Date date(Timestamp at) {
    return Date.from(instant(at));
  }
}
