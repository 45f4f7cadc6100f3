package dev.ripcord.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Something asked of the driver. */
interface SqlCall<T> {
  @Nullable T run() throws SQLException;
}
