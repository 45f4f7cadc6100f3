package dev.ripcord.server.token;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;

/**
 * One line of the audit trail: what the issuer did, bound to the line before by a hash, and signed
 * with ES256. Immutable.
 */
final class AuditRecord {
  /** What can be done. */
  enum Act {
    ISSUED,
    REVOKED,
    ROTATED
  }

  // The form of ES256: r and s side by side, not ASN.1.
  private static final String ES256 = "SHA256withECDSAinP1363Format";

  private final String content;
  private final String keyId;
  private final byte[] hash;
  private final byte[] signature;

  private AuditRecord(String content, String keyId, byte[] hash, byte[] signature) {
    this.content = content;
    this.keyId = keyId;
    this.hash = hash;
    this.signature = signature;
  }

  /**
   * The record of {@code act} on {@code subject} (a token's or key's id) that follows the one with
   * the hash {@code before}.
   */
  static AuditRecord sign(byte[] before, Instant at, Act act, String subject, SigningKey by) {
    String content = at + " " + act + " " + subject + " " + by.id();
    byte[] hash = hash(before, content);
    try {
      Signature signature = algorithm();
      signature.initSign(by.privateKey());
      signature.update(hash);
      return new AuditRecord(content, by.id(), hash, signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign an audit record", e);
    }
  }

  /**
   * This record with other content under the same signature: a forgery, for whoever wants to see it
   * found.
   */
  AuditRecord forged(String otherContent) {
    return new AuditRecord(otherContent, keyId, hash, signature);
  }

  String content() {
    return content;
  }

  /** The id of the key that signed it. */
  String keyId() {
    return keyId;
  }

  byte[] hash() {
    return hash.clone();
  }

  /** Whether it follows the record with the hash {@code before}, unchanged since it was signed. */
  boolean follows(byte[] before) {
    return MessageDigest.isEqual(hash, hash(before, content));
  }

  /**
   * Whether {@code key} made the signature; {@code algorithm} comes from {@link #algorithm()} and
   * is used by one thread.
   */
  boolean isSignedBy(ECPublicKey key, Signature algorithm) {
    try {
      algorithm.initVerify(key);
      algorithm.update(hash);
      return algorithm.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot verify an audit record", e);
    }
  }

  static Signature algorithm() {
    try {
      return Signature.getInstance(ES256);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK does not know " + ES256, e);
    }
  }

  private static byte[] hash(byte[] before, String content) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(before);
      return sha256.digest(content.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK does not know SHA-256", e);
    }
  }
}
