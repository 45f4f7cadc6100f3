package dev.ripcord.bench.sql;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.jdbc.ContextDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** A way to stop a statement that another thread executes. */
enum Stop {
  RIPCORD {
    @Override
    Statements open(DataSource pool) throws SQLException {
      CancelScope scope = Context.background().withCancel();
      Connection connection = ContextDataSource.wrap(pool).getConnection();
      return new Statements(connection, scope.context(), statement -> scope.cancel());
    }
  },

  STATEMENT_CANCEL {
    @Override
    Statements open(DataSource pool) throws SQLException {
      return new Statements(pool.getConnection(), Context.background(), Statement::cancel);
    }
  },

  /** After which the connection is lost. */
  ABORT {
    @Override
    Statements open(DataSource pool) throws SQLException {
      Connection connection = pool.getConnection();
      return new Statements(
          connection, Context.background(), statement -> connection.abort(Runnable::run));
    }
  };

  abstract Statements open(DataSource pool) throws SQLException;

  /** What one does with the statement to stop it. */
  interface Pull {
    void on(Statement statement) throws SQLException;
  }

  /** A connection that executes under {@code context}, and how that is stopped. */
  record Statements(Connection connection, Context context, Pull pull) {}
}
