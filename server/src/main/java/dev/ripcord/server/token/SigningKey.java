package dev.ripcord.server.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A key pair for ES256. Its id is its RFC 7638 thumbprint, so two keys never share one. */
final class SigningKey {
  private final ECKey pair;
  private final ECPrivateKey privateKey;
  private final ECPublicKey publicKey;
  private final JWSSigner signer;
  private final JWSVerifier verifier;
  private final AtomicLong neededUntilSecond = new AtomicLong(Long.MIN_VALUE);

  private SigningKey(ECKey pair) throws JOSEException {
    this.pair = pair;
    this.privateKey = pair.toECPrivateKey();
    this.publicKey = pair.toECPublicKey();
    this.signer = new ECDSASigner(pair);
    this.verifier = new ECDSAVerifier(pair);
  }

  /** A new pair. */
  static SigningKey generate() {
    try {
      ECKeyGenerator generator = new ECKeyGenerator(Curve.P_256);
      return new SigningKey(
          generator
              .algorithm(JWSAlgorithm.ES256)
              .keyUse(KeyUse.SIGNATURE)
              .keyIDFromThumbprint(true)
              .generate());
    } catch (JOSEException e) {
      throw new IllegalStateException("this JDK cannot make P-256 keys", e);
    }
  }

  String id() {
    return pair.getKeyID();
  }

  ECPrivateKey privateKey() {
    return privateKey;
  }

  ECPublicKey publicKey() {
    return publicKey;
  }

  /** The public half for a JWKS. */
  ECKey forPublication() {
    return pair.toPublicJWK();
  }

  /** Usable from any thread. */
  JWSSigner signer() {
    return signer;
  }

  /** Usable from any thread. */
  JWSVerifier verifier() {
    return verifier;
  }

  /** Remembers that a token signed with this key is good until {@code expiry}, a whole second. */
  void neededUntil(Instant expiry) {
    neededUntilSecond.accumulateAndGet(expiry.getEpochSecond(), Math::max);
  }

  /** When the last token signed with this key expires; long ago if there is none. */
  Instant neededUntil() {
    return Instant.ofEpochSecond(Math.max(neededUntilSecond.get(), Instant.MIN.getEpochSecond()));
  }
}
