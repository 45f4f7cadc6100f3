package dev.ripcord.jdbc;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/** {@link Races} against H2 in this process. */
class H2RacesTest extends Races {
  H2RacesTest() {
    super(Database.H2, 10_000);
  }

  /** Without races: {@link H2Test#onVirtualThreads_whatKeepsAllCarriers_isCancelled}. */
  @Test
  @Override
  @Disabled(
      "the race's own scheduler queues for its lock behind virtual threads that have no carrier")
  void onVirtualThreads_noCancelIsLost_andNoneStrays() {}
}
