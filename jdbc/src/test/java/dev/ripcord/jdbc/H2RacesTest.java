package dev.ripcord.jdbc;

/** {@link Races} against H2 in this process. */
class H2RacesTest extends Races {
  H2RacesTest() {
    super(Database.H2, 10_000);
  }
}
