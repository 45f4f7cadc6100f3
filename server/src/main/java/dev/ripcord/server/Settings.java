package dev.ripcord.server;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a process was configured, as far as a role wants to know.
 *
 * @param databaseUrl {@code jdbc:postgresql://...}, or null for the PostgreSQL this program brings
 *     along
 * @param databaseUser null leaves it to the URL
 * @param databasePassword null leaves it to the URL
 * @param dataDir where an embedded PostgreSQL keeps its files, or null for a temporary folder that
 *     goes with the process
 * @param instances other processes that are told to end what is revoked
 * @param watched other processes that the page shows, beside this one and its peers
 * @param httpToken what those who change something through the page must have; null for nothing
 */
public record Settings(
    @Nullable String databaseUrl,
    @Nullable String databaseUser,
    @Nullable String databasePassword,
    @Nullable Path dataDir,
    List<String> instances,
    List<String> watched,
    @Nullable String httpToken) {

  /** Copies the lists. */
  public Settings {
    instances = List.copyOf(instances);
    watched = List.copyOf(watched);
  }

  /** With nobody to tell or to watch. */
  public Settings(
      @Nullable String databaseUrl,
      @Nullable String databaseUser,
      @Nullable String databasePassword,
      @Nullable Path dataDir) {
    this(databaseUrl, databaseUser, databasePassword, dataDir, List.of(), List.of(), null);
  }

  /** Without the password and the token. */
  @Override
  public String toString() {
    return "Settings[databaseUrl="
        + databaseUrl
        + ", databaseUser="
        + databaseUser
        + ", dataDir="
        + dataDir
        + ", instances="
        + instances
        + ", watched="
        + watched
        + "]";
  }
}
