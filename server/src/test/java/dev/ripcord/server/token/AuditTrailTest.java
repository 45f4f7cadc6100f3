package dev.ripcord.server.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditTrailTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private final SigningKey key = SigningKey.generate();
  private final SigningKey next = SigningKey.generate();

  @Test
  void whatTheIssuerWroteIsProven() {
    AuditTrail.Proof proof = trail(100, 100).prove();
    assertThat(proof.left()).isEqualTo(7);
    assertThatCode(() -> proof.advance(Context.background(), 3)).doesNotThrowAnyException();
    assertThat(proof.left()).isEqualTo(4);
    assertThatCode(() -> proof.advance(Context.background(), 100)).doesNotThrowAnyException();
    assertThat(proof.left()).isZero();
  }

  @Test
  void changedContentIsFound() {
    List<AuditRecord> records = new ArrayList<>(trail(100, 100).records());
    records.set(2, records.get(2).forged("nothing happened"));
    assertBroken(records, "audit record 2 does not follow");
  }

  @Test
  void aRecordLeftOutIsFound() {
    List<AuditRecord> records = new ArrayList<>(trail(100, 100).records());
    records.remove(3);
    assertBroken(records, "audit record 3 does not follow");
  }

  @Test
  void aRecordOfAnUnknownKeyIsFound() {
    assertBroken(trail(100, 100).records(), Map.of(key.id(), key.publicKey()), "names a key");
  }

  @Test
  void aRecordSignedByAnotherKeyThanItNamesIsFound() {
    Map<String, ECPublicKey> swapped =
        Map.of(key.id(), next.publicKey(), next.id(), key.publicKey());
    assertBroken(trail(100, 100).records(), swapped, "audit record 6");
  }

  @Test
  void aSecondKeyThatAcceptsARecordIsFound() {
    Map<String, ECPublicKey> three =
        Map.of(key.id(), key.publicKey(), next.id(), next.publicKey(), "made", key.publicKey());
    assertBroken(trail(100, 100).records(), three, "audit record 3 is also accepted by key made");
  }

  private void assertBroken(List<AuditRecord> records, String message) {
    assertBroken(records, Map.of(key.id(), key.publicKey(), next.id(), next.publicKey()), message);
  }

  private static void assertBroken(
      List<AuditRecord> records, Map<String, ECPublicKey> keys, String message) {
    AuditTrail.Proof proof = new AuditTrail.Proof(new byte[0], records, keys);
    assertThatThrownBy(() -> proof.advance(Context.background(), 100))
        .isInstanceOf(BrokenTrail.class)
        .hasMessageContaining(message);
  }

  @Test
  void theOldestRecordsGoAndTheRestIsStillProven() throws BrokenTrail {
    AuditTrail trail = trail(4, 100);
    assertThat(trail.size()).isEqualTo(4);
    trail.prove().advance(Context.background(), 100);
  }

  @Test
  void theOldestKeyGoesWithItsRecords() throws BrokenTrail {
    AuditTrail trail = trail(100, 1);
    assertThat(trail.records()).allMatch(record -> record.keyId().equals(next.id())).hasSize(3);
    trail.prove().advance(Context.background(), 100);
  }

  @Test
  void aProofStopsWithItsContext() {
    AuditTrail.Proof proof = trail(100, 100).prove();
    try (CancelScope scope = Context.background().withCancel()) {
      scope.cancel();
      assertThatThrownBy(() -> proof.advance(scope.context(), 100))
          .isInstanceOf(CanceledException.class);
      assertThat(proof.left()).isEqualTo(7);
    }
  }

  /** Four records of one key, three of the next. */
  private AuditTrail trail(int mostRecords, int mostKeys) {
    AuditTrail trail = new AuditTrail(mostRecords, mostKeys);
    for (int i = 0; i < 7; i++) {
      trail.add(NOW.plusSeconds(i), AuditRecord.Act.ISSUED, "token-" + i, i < 4 ? key : next);
    }
    return trail;
  }
}
