package dev.ripcord.jdbc;

/** {@link Races} against PostgreSQL. */
class RacesIT extends Races {
  RacesIT() {
    super(Database.POSTGRES, 20_000);
  }
}
