package dev.ripcord.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * {@link Statement#cancel()}, which is all that JDBC promises. Best effort: many a driver forgets a
 * cancel that comes before the server has begun, and some do not support it at all.
 */
final class BestEffortCancel implements DriverCancel {
  static final BestEffortCancel INSTANCE = new BestEffortCancel();

  private BestEffortCancel() {}

  @Override
  public void cancel(@Nullable Statement executing) throws SQLException {
    if (executing != null) {
      executing.cancel();
    }
  }
}
