package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells a listener what becomes of SQL whose context has ended. */
final class SqlAccount {
  static final SqlAccount OF_NOBODY = new SqlAccount(null);

  private static final Logger LOG = System.getLogger(SqlListener.class.getName());

  private final @Nullable SqlListener listener;

  SqlAccount(@Nullable SqlListener listener) {
    this.listener = listener;
  }

  boolean isHeard() {
    return listener != null;
  }

  private void tell(Consumer<SqlListener> what) {
    SqlListener told = listener;
    if (told == null) {
      return;
    }
    try {
      what.accept(told);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a listener threw: " + told, e);
    }
  }

  /** Something to be executed under a context. Of one thread. */
  final class Execution {
    private final Context context;
    private boolean sent;
    private boolean done;

    Execution(Context context) {
      this.context = context;
    }

    /** {@code call}, noticed. */
    <T> SqlCall<T> noticed(SqlCall<T> call) {
      return () -> {
        sent = true;
        @Nullable T answer = call.run();
        done = true;
        return answer;
      };
    }

    /** It has returned or thrown, and no lock is held. */
    void end() {
      Cancellation why = context.cancellation();
      if (why == null) {
        return;
      }
      if (sent) {
        tell(heard -> heard.stopped(why, why.age(), !done));
      } else {
        tell(heard -> heard.skipped(why));
      }
    }
  }

  /** Takes a connection, which may be waited for until {@code context} ends. */
  Connection take(Context context, ConnectionCall call) throws SQLException {
    try {
      return call.run();
    } catch (SQLException e) {
      Cancellation why = context.cancellation();
      if (why != null) {
        tell(heard -> heard.waitedInVain(why));
      }
      throw e;
    }
  }
}
