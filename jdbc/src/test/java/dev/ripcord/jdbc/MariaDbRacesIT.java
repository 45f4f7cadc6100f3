package dev.ripcord.jdbc;

/** {@link Races} against MariaDB. */
class MariaDbRacesIT extends Races {
  MariaDbRacesIT() {
    super(Database.MARIADB, 4_000);
  }
}
