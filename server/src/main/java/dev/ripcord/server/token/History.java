package dev.ripcord.server.token;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * What an issuer did on the days before it started: generated, since nothing is kept between two
 * starts, but of the shape of the real thing and really signed. One key a day.
 *
 * @param days how many days, and so keys
 * @param actsPerDay records for each of them, besides the rotation at its end
 */
record History(int days, int actsPerDay) {
  /**
   * Proving it takes days * days * (actsPerDay + 1) verifications of one core: 30 s on JDK 17,
   * which needs 0.85 ms for one, and 13 s on JDK 25.
   */
  static final History OF_FOUR_WEEKS = new History(28, 44);

  private static final int REVOKED_ONE_IN = 10;
  private static final Duration DAY = Duration.ofDays(1);

  /** Writes it, ending at {@code today} with the rotation to {@code first}. */
  AuditTrail write(Instant today, SigningKey first) {
    AuditTrail trail = new AuditTrail(mostRecords(), mostKeys());
    SigningKey key = days == 0 ? first : SigningKey.generate();
    for (int day = 0; day < days; day++) {
      Instant begin = today.minus(DAY.multipliedBy(days - day));
      writeDay(trail, begin, key);
      SigningKey next = day == days - 1 ? first : SigningKey.generate();
      trail.add(begin.plus(DAY), AuditRecord.Act.ROTATED, next.id(), key);
      key = next;
    }
    return trail;
  }

  private void writeDay(AuditTrail trail, Instant begin, SigningKey key) {
    for (int i = 0; i < actsPerDay; i++) {
      boolean revoked = i % REVOKED_ONE_IN == REVOKED_ONE_IN - 1;
      AuditRecord.Act act = revoked ? AuditRecord.Act.REVOKED : AuditRecord.Act.ISSUED;
      trail.add(
          begin.plus(DAY.multipliedBy(i).dividedBy(actsPerDay)),
          act,
          UUID.randomUUID().toString(),
          key);
    }
  }

  // Room for about as much again, then the oldest go: a proof grows with what is kept, and must end
  // some time.
  private int mostRecords() {
    return Math.max(64, 2 * days * (actsPerDay + 1));
  }

  private int mostKeys() {
    return Math.max(8, days + 8);
  }
}
