package dev.ripcord.server.token;

import dev.ripcord.Context;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything the issuer did, newest last, each record signed and bound to the one before. Keeps a
 * bounded number of records and of keys; the oldest go first.
 *
 * <p>Usable from any thread.
 */
final class AuditTrail {
  private final int mostRecords;
  private final int mostKeys;
  private final Object lock = new Object();
  // All guarded by lock. The keys are those that signed the records kept, oldest first.
  private final Deque<AuditRecord> records = new ArrayDeque<>();
  private final Map<String, ECPublicKey> keys = new LinkedHashMap<>();
  private byte[] beforeFirst = new byte[0];
  private byte[] last = beforeFirst;

  AuditTrail(int mostRecords, int mostKeys) {
    this.mostRecords = mostRecords;
    this.mostKeys = mostKeys;
  }

  /** Adds a record, signed with {@code by}. */
  void add(Instant at, AuditRecord.Act act, String subject, SigningKey by) {
    synchronized (lock) {
      AuditRecord record = AuditRecord.sign(last, at, act, subject, by);
      records.addLast(record);
      keys.putIfAbsent(by.id(), by.publicKey());
      last = record.hash();
      while (records.size() > mostRecords || keys.size() > mostKeys) {
        dropFirst();
      }
    }
  }

  private void dropFirst() {
    AuditRecord dropped = records.removeFirst();
    beforeFirst = dropped.hash();
    // Keys sign one after the other, so the oldest key goes with its last record.
    AuditRecord next = records.peekFirst();
    if (next == null || !next.keyId().equals(dropped.keyId())) {
      keys.remove(dropped.keyId());
    }
  }

  int size() {
    synchronized (lock) {
      return records.size();
    }
  }

  /** The records as they are now, oldest first. */
  List<AuditRecord> records() {
    synchronized (lock) {
      return List.copyOf(records);
    }
  }

  /** A proof of the trail as it is now, not yet begun. */
  Proof prove() {
    synchronized (lock) {
      return new Proof(beforeFirst, List.copyOf(records), new LinkedHashMap<>(keys));
    }
  }

  /**
   * Goes through a trail from the newest record to the oldest and finds what was changed, left out
   * or signed by the wrong key.
   *
   * <p>Each record is tried against every key of the trail: its own must accept it and no other
   * may, because for any ECDSA signature a second key can be made that accepts it too. This is what
   * takes so long: records x keys verifications. Used by one thread.
   */
  static final class Proof {
    private final byte[] beforeFirst;
    private final List<AuditRecord> records;
    private final Map<String, ECPublicKey> keys;
    private final Signature algorithm = AuditRecord.algorithm();
    private int left;

    Proof(byte[] beforeFirst, List<AuditRecord> records, Map<String, ECPublicKey> keys) {
      this.beforeFirst = beforeFirst;
      this.records = records;
      this.keys = keys;
      this.left = records.size();
    }

    /** Records not yet looked at. */
    int left() {
      return left;
    }

    /**
     * Looks at the next {@code howMany} records, or at what is left.
     *
     * @throws BrokenTrail if one of them is not what the issuer wrote
     * @throws dev.ripcord.ContextException as soon as {@code context} ends; looked at before each
     *     verification
     */
    void advance(Context context, int howMany) throws BrokenTrail {
      int end = Math.max(0, left - howMany);
      while (left > end) {
        check(context, left - 1);
        left--;
      }
    }

    private void check(Context context, int index) throws BrokenTrail {
      AuditRecord record = records.get(index);
      byte[] before = index == 0 ? beforeFirst : records.get(index - 1).hash();
      if (!record.follows(before)) {
        throw new BrokenTrail("audit record " + index + " does not follow the one before it");
      }
      if (!keys.containsKey(record.keyId())) {
        throw new BrokenTrail("audit record " + index + " names a key that was never used");
      }
      for (Map.Entry<String, ECPublicKey> key : keys.entrySet()) {
        context.throwIfDone();
        boolean own = key.getKey().equals(record.keyId());
        if (record.isSignedBy(key.getValue(), algorithm) != own) {
          String what = own ? " was not signed by its key " : " is also accepted by key ";
          throw new BrokenTrail("audit record " + index + what + key.getKey());
        }
      }
    }
  }
}
