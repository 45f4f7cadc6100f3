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
 */
public record Settings(
    @Nullable String databaseUrl,
    @Nullable String databaseUser,
    @Nullable String databasePassword,
    @Nullable Path dataDir,
    List<String> instances) {

  /** Copies the list. */
  public Settings {
    instances = List.copyOf(instances);
  }

  /** With nobody to tell. */
  public Settings(
      @Nullable String databaseUrl,
      @Nullable String databaseUser,
      @Nullable String databasePassword,
      @Nullable Path dataDir) {
    this(databaseUrl, databaseUser, databasePassword, dataDir, List.of());
  }

  /** Without the password. */
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
        + "]";
  }
}
