package dev.ripcord.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.PlainHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Key;
import dev.ripcord.Registration;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.token.v1.Claims;
import dev.ripcord.testing.FakeTime;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IssuerTest {
  private static final Context CONTEXT = Context.background();
  private static final Duration HOUR = Duration.ofHours(1);

  private final FakeTime time = new FakeTime();
  private final Issuer issuer = Issuer.after(new History(2, 3), time::now, new WorkLog());

  @Test
  void whatWasIssuedIsVerified() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      List<String> roles = new ArrayList<>();
      for (int r = random.nextInt(5); r > 0; r--) {
        roles.add(text(random));
      }
      Issuer.Issued issued =
          issuer.issue(
              CONTEXT,
              text(random),
              text(random),
              roles,
              Duration.ofSeconds(1 + random.nextInt(1000)));
      assertThat(issuer.verify(CONTEXT, issued.token()))
          .as("seed " + seed)
          .isEqualTo(issued.claims());
      assertThat(issued.claims().getRolesList()).isEqualTo(roles);
    }
  }

  /** Any Unicode, quotes and all. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int length = 1 + random.nextInt(20); length > 0; length--) {
      int codePoint = random.nextInt(4) == 0 ? random.nextInt(0xD800) : ' ' + random.nextInt(95);
      text.appendCodePoint(codePoint);
    }
    return text.toString();
  }

  @Test
  void noChangedTokenIsAccepted() throws Exception {
    String token = issue().token();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String changed = changed(token, random);
      // The last character of the signature has bits that mean nothing.
      if (sameBytes(changed, token)) {
        continue;
      }
      assertThatThrownBy(() -> issuer.verify(CONTEXT, changed))
          .as("seed %d: %s", seed, changed)
          .isInstanceOf(RejectedToken.class)
          .hasMessageStartingWith("token ");
    }
  }

  private static String changed(String token, Random random) {
    StringBuilder changed = new StringBuilder(token);
    int at = random.nextInt(token.length());
    switch (random.nextInt(4)) {
      case 0 -> changed.setCharAt(at, (char) (' ' + random.nextInt(95)));
      case 1 -> changed.deleteCharAt(at);
      case 2 -> changed.insert(at, (char) (' ' + random.nextInt(95)));
      default -> changed.setLength(at);
    }
    return changed.toString();
  }

  private static boolean sameBytes(String a, String b) {
    String[] ofA = a.split("\\.", -1);
    String[] ofB = b.split("\\.", -1);
    return ofA.length == 3
        && ofA[0].equals(ofB[0])
        && ofA[1].equals(ofB[1])
        && Arrays.equals(new Base64URL(ofA[2]).decode(), new Base64URL(ofB[2]).decode());
  }

  @Test
  void anExpiredTokenIsRejectedFromItsInstantOn() throws Exception {
    Issuer.Issued issued = issuer.issue(CONTEXT, "alice", "s", List.of(), Duration.ofSeconds(10));
    time.advance(Duration.ofSeconds(10).minusNanos(1));
    issuer.verify(CONTEXT, issued.token());
    time.advance(Duration.ofNanos(1));
    assertRejected(issued.token(), "token expired 0 s ago");
    time.advance(Duration.ofSeconds(5));
    assertRejected(issued.token(), "token expired 5 s ago");
  }

  @Test
  void aRevokedTokenIsRejected() throws Exception {
    Issuer.Issued issued = issue();
    Issuer.Issued other = issue();
    assertThat(issuer.revoke(CONTEXT, issued.claims().getTokenId())).isTrue();
    assertThat(issuer.revoke(CONTEXT, issued.claims().getTokenId())).isFalse();
    assertRejected(issued.token(), "token was revoked");
    issuer.verify(CONTEXT, other.token());
  }

  @Test
  void aRejectionSaysWhatTheTokenSaidOnlyIfWeSignedIt() throws Exception {
    Issuer.Issued issued = issue();
    issuer.revoke(CONTEXT, issued.claims().getTokenId());
    assertThatThrownBy(() -> issuer.verify(CONTEXT, issued.token()))
        .isInstanceOfSatisfying(
            RejectedToken.class, e -> assertThat(e.claims()).isEqualTo(issued.claims()));
    assertThatThrownBy(() -> issuer.verify(CONTEXT, signedElsewhere(issued.claims().getKeyId())))
        .isInstanceOfSatisfying(
            RejectedToken.class,
            e -> assertThat(e.claims()).isEqualTo(Claims.getDefaultInstance()));
  }

  @Test
  void rubbishIsRejected() {
    for (String rubbish :
        List.of(".", "..", "a.b.c", "\u0000", "x".repeat(8_000), "{}", "e30.e30.e30")) {
      assertRejected(rubbish, "token is malformed: not three parts of a signed JWT");
    }
  }

  @Test
  void aTokenOfAnUnknownKeyIsRejected() throws Exception {
    assertRejected(signedElsewhere("somebody-elses"), "token is signed with an unknown key");
    assertRejected(signedElsewhere(null), "token is signed with an unknown key");
  }

  @Test
  void aTokenSignedElsewhereUnderOurKeysNameIsRejected() throws Exception {
    String keyId = issue().claims().getKeyId();
    assertRejected(signedElsewhere(keyId), "token was changed: its signature is wrong");
  }

  private static String signedElsewhere(String keyId) throws Exception {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build();
    SignedJWT jwt = new SignedJWT(header, new JWTClaimsSet.Builder().subject("alice").build());
    jwt.sign(new ECDSASigner(new ECKeyGenerator(Curve.P_256).generate()));
    return jwt.serialize();
  }

  /** The classic forgeries: no signature, and a MAC with the public key as its secret. */
  @Test
  void otherAlgorithmsAreRejected() throws Exception {
    Claims claims = issue().claims();
    JWTClaimsSet set =
        new JWTClaimsSet.Builder()
            .issuer("ripcord-token")
            .subject("alice")
            .expirationTime(Date.from(time.now().plus(HOUR)))
            .build();
    assertRejected(
        new PlainJWT(new PlainHeader(), set).serialize(),
        "token is malformed: not three parts of a signed JWT");
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(claims.getKeyId()).build();
    SignedJWT mac = new SignedJWT(header, set);
    mac.sign(new MACSigner(issuer.jwks(CONTEXT)));
    assertRejected(mac.serialize(), "token is not signed with ES256");
  }

  @Test
  void anEarlierKeyVerifiesUntilItsLastTokenExpires() throws Exception {
    Issuer.Issued before = issuer.issue(CONTEXT, "alice", "s", List.of(), HOUR);
    String keyId = issuer.rotateKey(CONTEXT);
    Issuer.Issued after = issue();
    assertThat(after.claims().getKeyId()).isEqualTo(keyId).isNotEqualTo(before.claims().getKeyId());
    assertThat(issuer.verify(CONTEXT, before.token())).isEqualTo(before.claims());
    assertThat(keys().getKeys()).hasSize(2);

    time.advance(HOUR);
    issuer.rotateKey(CONTEXT);
    assertRejected(before.token(), "token is signed with an unknown key");
    assertThat(keys().getKeyByKeyId(before.claims().getKeyId())).isNull();
  }

  @Test
  void theJwksVerifiesWhatWasIssuedAndKeepsNoSecret() throws Exception {
    SignedJWT jwt = SignedJWT.parse(issue().token());
    ECKey key = keys().getKeyByKeyId(jwt.getHeader().getKeyID()).toECKey();
    assertThat(key.isPrivate()).isFalse();
    assertThat(jwt.verify(new ECDSAVerifier(key))).isTrue();
  }

  @Test
  void aKeyThatIsStillNeededIsNeverDropped() throws Exception {
    Issuer.Issued first = issue();
    for (int i = 0; i < 32; i++) {
      issuer.rotateKey(CONTEXT);
      issue();
    }
    assertThatThrownBy(() -> issuer.rotateKey(CONTEXT))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
        .hasMessageContaining("32 earlier keys")
        .hasMessageContaining("3600 s");
    issuer.verify(CONTEXT, first.token());
    time.advance(HOUR);
    issuer.rotateKey(CONTEXT);
    assertThat(keys().getKeys()).hasSize(1);
  }

  @Test
  void keysThatSignedNothingAreNotKept() throws Exception {
    for (int i = 0; i < 100; i++) {
      issuer.rotateKey(CONTEXT);
    }
    assertThat(keys().getKeys()).hasSize(1);
  }

  @Test
  void theTrailProvesItselfAlsoAfterManyActs() throws Exception {
    for (int i = 0; i < 20; i++) {
      issuer.revoke(CONTEXT, issue().claims().getTokenId());
      issuer.rotateKey(CONTEXT);
    }
    Issuer.Issued issued = issue();
    assertThat(issuer.verifyWithTrail(CONTEXT, issued.token())).isEqualTo(issued.claims());
  }

  @Test
  void aHeavyRejectionComesAfterTheNewestRecordsWereProven() {
    Issuer heavy = Issuer.after(new History(16, 15), time::now, new WorkLog());
    PolledContext context = new PolledContext();
    assertThatThrownBy(() -> heavy.verifyWithTrail(context, "rubbish"))
        .isInstanceOf(RejectedToken.class);
    assertThat(context.polls).hasValueBetween(10 * 16, 11 * 16);
  }

  /** Never done; counts how often it was asked, which is once before each signature is verified. */
  private static final class PolledContext implements Context {
    final AtomicInteger polls = new AtomicInteger();

    @Override
    public @Nullable Deadline deadline() {
      return null;
    }

    @Override
    public @Nullable Cancellation cancellation() {
      polls.incrementAndGet();
      return null;
    }

    @Override
    public <T> @Nullable T value(Key<T> key) {
      return null;
    }

    @Override
    public Registration onDone(Executor executor, Consumer<Cancellation> action) {
      throw new AssertionError("nothing to wait for");
    }
  }

  @Test
  void aHeavyVerificationStopsWithItsContextAndLetsGoOfTheLock() throws Exception {
    try (CancelScope scope = CONTEXT.withCancel()) {
      Heavy heavy = new Heavy(scope.context());
      FutureTask<String> rotation = new FutureTask<>(() -> heavy.issuer.rotateKey(CONTEXT));
      new Thread(rotation, "rotation").start();
      await().until(() -> heavy.issuer.waiting() == 1);
      scope.cancel();
      assertThatThrownBy(heavy.verification::get).hasCauseInstanceOf(CanceledException.class);
      assertThat(rotation.get()).isNotEmpty();
    }
  }

  @Test
  void aTokenRevokedWhileTheTrailIsProvenIsRejected() throws Exception {
    Heavy heavy = new Heavy(CONTEXT);
    heavy.issuer.revoke(CONTEXT, heavy.issued.claims().getTokenId());
    assertThatThrownBy(heavy.verification::get)
        .hasCauseInstanceOf(RejectedToken.class)
        .hasMessageContaining("token was revoked");
  }

  /** A heavy verification that has judged the token and is busy with the rest of the trail. */
  private final class Heavy {
    // The clock is read when the token is judged, then before each further record.
    final AtomicInteger readings = new AtomicInteger();
    final Issuer issuer = Issuer.after(new History(16, 15), this::read, new WorkLog());
    final Issuer.Issued issued = issuer.issue(CONTEXT, "alice", "s", List.of(), HOUR);
    final FutureTask<Claims> verification;

    Heavy(Context context) throws InterruptedException {
      int before = readings.get();
      verification = new FutureTask<>(() -> issuer.verifyWithTrail(context, issued.token()));
      new Thread(verification, "heavy").start();
      await().until(() -> readings.get() > before);
    }

    private Instant read() {
      readings.incrementAndGet();
      return time.now();
    }
  }

  private Issuer.Issued issue() throws InterruptedException {
    return issuer.issue(CONTEXT, "alice", "session", List.of("user"), HOUR);
  }

  private JWKSet keys() throws Exception {
    return JWKSet.parse(issuer.jwks(CONTEXT));
  }

  private void assertRejected(String token, String why) {
    assertThatThrownBy(() -> issuer.verify(CONTEXT, token))
        .isInstanceOf(RejectedToken.class)
        .hasMessage(why);
  }
}
