package dev.ripcord.jdbc;

import dev.ripcord.Context;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction ended, when nothing but its own bound could end it.
 *
 * <pre>{@code
 * try (Connection connection = dataSource.getConnection()) {
 *   connection.setAutoCommit(false);
 *   debit(connection, from, amount); // ends with the request
 *   credit(connection, to, amount);
 *   Commit commit = Commit.shield(Context.current(), Duration.ofSeconds(5), connection);
 *   switch (commit.outcome()) {
 *     case COMMITTED -> receipt(); // even if the request has ended by now
 *     case NOT_STARTED, ROLLED_BACK -> refuse(commit.failure());
 *     case UNKNOWN -> reconcileLater(from, to, amount);
 *   }
 * }
 * }</pre>
 *
 * <p>Statements end with their request: that is what one wants up to a point, and not beyond. Once
 * the money has been taken somewhere else, say, the row that tells of it must be written whether or
 * not the user has pressed cancel meanwhile. From there on the transaction is shielded: {@link
 * #shield(Context, Duration, Connection, Work)} runs the last statements and COMMIT to their end,
 * under a deadline of their own, whatever becomes of the request.
 *
 * <p>Works with any connection; statements of the last work are bounded only if it comes from a
 * {@link ContextDataSource}. Immutable.
 */
public final class Commit {

  /** How it ended. */
  public enum Outcome {
    /**
     * The context was done already: nothing was sent, and what the transaction had done before is
     * rolled back.
     */
    NOT_STARTED,
    /** The server has said that it is committed. */
    COMMITTED,
    /** Nothing of the transaction has happened, and nothing will. */
    ROLLED_BACK,
    /**
     * The connection was lost, or had to be given up at the bound, after COMMIT was sent and before
     * the server answered. It may have been committed, or be committed yet. Only a look at the data
     * tells, from another connection: write a row with a key of your own in the transaction, and
     * look for that.
     */
    UNKNOWN
  }

  /** The last statements of a transaction. */
  @FunctionalInterface
  public interface Work {
    /** Runs them on {@code connection}; must neither commit nor roll back. */
    void run(Connection connection) throws SQLException;
  }

  private final Outcome outcome;
  private final @Nullable Exception failure;

  private Commit(Outcome outcome, @Nullable Exception failure) {
    this.outcome = outcome;
    this.failure = failure;
  }

  static Commit committed() {
    return new Commit(Outcome.COMMITTED, null);
  }

  static Commit not(Outcome outcome, Exception failure) {
    return new Commit(outcome, failure);
  }

  /** {@link #shield(Context, Duration, Connection, Work)} with nothing left to do but to commit. */
  public static Commit shield(Context context, Duration atMost, Connection transaction) {
    return shield(context, atMost, transaction, connection -> {});
  }

  /**
   * Runs {@code last} and commits, both to their end, whatever becomes of {@code context}.
   *
   * <ul>
   *   <li>If {@code context} is done already, neither is begun, and the transaction is rolled back.
   *   <li>If it ends later, that changes nothing. {@code last} runs with the context's values, and
   *       with a deadline {@code atMost} from now; see {@link Context#current()}.
   *   <li>If the bound strikes before COMMIT is sent, the statement that runs is cut and the
   *       transaction is rolled back. If it strikes afterwards, the connection is aborted and the
   *       outcome is unknown, unless the server's answer was faster.
   *   <li>If {@code last} throws, the transaction is rolled back. An {@link Error} is thrown on,
   *       everything else is the {@link #failure()}.
   * </ul>
   *
   * <p>The connection is the caller's to close, whatever the outcome. It stays in manual commit.
   *
   * @param atMost how long both may take together
   * @param transaction with auto-commit off; used by no other thread meanwhile
   * @throws IllegalStateException if it has auto-commit on: every statement was committed already
   */
  public static Commit shield(Context context, Duration atMost, Connection transaction, Work last) {
    Objects.requireNonNull(context, "context is null");
    Objects.requireNonNull(atMost, "atMost is null");
    Objects.requireNonNull(transaction, "transaction is null");
    Objects.requireNonNull(last, "last is null");
    return new Shield(transaction).commit(context, atMost, last);
  }

  /** How it ended. */
  public Outcome outcome() {
    return outcome;
  }

  /** Whether it is certain that it is committed. */
  public boolean isCommitted() {
    return outcome == Outcome.COMMITTED;
  }

  /**
   * Why it is not certain to be committed, or null if it is. If a context ended it, the cause is
   * its {@link dev.ripcord.ContextException}; of an unknown outcome the SQLState is 08007.
   */
  public @Nullable Exception failure() {
    return failure;
  }

  /**
   * Returns if the transaction is committed, and throws {@link #failure()} if not.
   *
   * @throws SQLException if the database, the bound or the context's end was the reason
   * @throws RuntimeException what the last work has thrown
   */
  public void orThrow() throws SQLException {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof SQLException declared) {
      throw declared;
    }
  }

  @Override
  public String toString() {
    return failure == null ? outcome.toString() : outcome + ": " + failure;
  }
}
