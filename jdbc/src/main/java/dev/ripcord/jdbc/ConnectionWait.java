package dev.ripcord.jdbc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import dev.ripcord.TimeSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Waiting for connections, such that each caller waits no longer than its context lives.
 *
 * <p>A call into a pool cannot be called off, so threads of our own make it, as many as callers
 * wait. What they get goes to the caller that has waited longest, and back to the pool if none is
 * left. When a caller gives up its thread stays in the pool's queue, and works for the next one.
 *
 * <p>Handing over between threads costs as much as a short query, so it is done only when the pool
 * may really make one wait. A connection that came back a moment ago is still there: the caller
 * takes it itself.
 */
final class ConnectionWait {
  /** Well below the half second after which HikariCP tests a connection before handing it out. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private final ConnectionCall source;
  private final TimeSource time;
  private final Object lock = new Object(); // held for a few writes only
  private final Deque<Waiter> waiting = new ArrayDeque<>(); // guarded by lock, eldest first
  private long[] returned = new long[8]; // guarded by lock; when, latest last
  private int atHand; // guarded by lock; how many of those count
  private int asking; // guarded by lock; threads of ours in the pool, never fewer than waiting
  private long waiters; // guarded by lock; how many there have been

  ConnectionWait(ConnectionCall source, TimeSource time) {
    this.source = source;
    this.time = time;
  }

  /** A caller; completes once, with what it is to return or throw. */
  private static final class Waiter extends CompletableFuture<ConnectionCall> {
    final long number;

    Waiter(long number) {
      this.number = number;
    }
  }

  /** A connection, or an exception when the source has one or {@code context} ends before. */
  Connection take(Context context) throws SQLException {
    Cut.throwIfDone(context);
    if (takeReturned() || !context.canEnd()) {
      return source.run();
    }
    Waiter waiter = enqueue();
    Registration ending = context.onDone(Runnable::run, why -> waiter.complete(() -> cut(why)));
    try {
      return await(waiter).run();
    } finally {
      ending.stop();
      leave(waiter);
    }
  }

  private static Connection cut(Cancellation why) throws SQLException {
    throw Cut.exception(why, null);
  }

  /** To be called when a connection has been given back to the pool. */
  void gaveBack() {
    synchronized (lock) {
      if (asking == 0) { // else the pool hands it to one of them
        if (atHand == returned.length) {
          returned = Arrays.copyOf(returned, 2 * atHand);
        }
        returned[atHand++] = time.nanoTime();
      }
    }
  }

  /** Takes note that one of the connections given back a moment ago is going to be used. */
  private boolean takeReturned() {
    synchronized (lock) {
      if (atHand == 0) {
        return false;
      }
      atHand--;
      if (time.nanoTime() - returned[atHand] > FRESH_NANOS) {
        atHand = 0;
        return false;
      }
      return true;
    }
  }

  private Waiter enqueue() {
    synchronized (lock) {
      Waiter waiter = new Waiter(++waiters);
      waiting.add(waiter);
      if (asking < waiting.size()) {
        asking++;
        OwnThread.runLikeCaller(this::ask);
      }
      return waiter;
    }
  }

  /** How many callers wait just now. */
  int waiting() {
    synchronized (lock) {
      return waiting.size();
    }
  }

  private void leave(Waiter waiter) {
    synchronized (lock) {
      waiting.remove(waiter);
    }
  }

  private static ConnectionCall await(Waiter waiter) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return waiter.get();
        } catch (InterruptedException e) {
          interrupted = true; // ends the wait, as in the pools, and is kept for after
          waiter.complete(() -> interrupted(e));
        } catch (ExecutionException e) {
          throw new IllegalStateException("never completed exceptionally", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Connection interrupted(InterruptedException cause) throws SQLException {
    throw new SQLException("interrupted while waiting for a connection", cause);
  }

  // On threads of our own.

  private void ask() {
    while (true) {
      long eldestAsked = waitersSoFar();
      Connection connection;
      try {
        connection = source.run();
      } catch (SQLException | RuntimeException | Error failure) {
        if (isReported(failure, eldestAsked)) {
          return;
        }
        continue;
      }
      if (!isGiven(connection)) {
        giveBack(connection);
      }
      return;
    }
  }

  private long waitersSoFar() {
    synchronized (lock) {
      return waiters;
    }
  }

  private boolean isGiven(Connection connection) {
    synchronized (lock) {
      asking--;
      return completeEldest(() -> connection);
    }
  }

  /**
   * Reports the failure to the caller that has waited longest. False if nobody who waits was there
   * yet when this was asked: then it is to be asked again.
   */
  private boolean isReported(Throwable failure, long askedBefore) {
    synchronized (lock) {
      Waiter eldest = waiting.peek();
      if (eldest != null && eldest.number > askedBefore) {
        return false;
      }
      asking--;
      completeEldest(() -> fail(failure));
      return true;
    }
  }

  private boolean completeEldest(ConnectionCall answer) {
    Waiter eldest = waiting.poll();
    while (eldest != null && !eldest.complete(answer)) {
      eldest = waiting.poll(); // that one gave up
    }
    return eldest != null;
  }

  private static Connection fail(Throwable failure) throws SQLException {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    throw (SQLException) failure;
  }

  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (SQLException | RuntimeException lost) {
      // Nobody is left to tell, and what cannot be closed is no connection any more.
    }
  }
}
