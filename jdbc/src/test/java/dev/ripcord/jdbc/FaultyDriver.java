package dev.ripcord.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** A driver that does what the test tells it to, as badly as drivers have been seen to. */
final class FaultyDriver {

  /** How it takes what it is asked. */
  enum Answer {
    HEEDS,
    IGNORES,
    THROWS,
    HANGS,
    LOSES_CONNECTION
  }

  volatile Answer cancel = Answer.HEEDS;
  volatile Answer abort = Answer.HEEDS;
  volatile Answer commit = Answer.HEEDS;
  volatile Answer rollback = Answer.HEEDS;
  volatile SQLException refusal = new SQLException("refused");

  final List<String> calls = new CopyOnWriteArrayList<>();
  final CountDownLatch began = new CountDownLatch(1); // whatever hangs until it is stopped
  final CompletableFuture<Boolean> over = new CompletableFuture<>(); // when it stops
  final CompletableFuture<Boolean> released = new CompletableFuture<>(); // what cannot be stopped

  private volatile boolean autoCommit = true;
  private volatile boolean lost;

  DataSource dataSource() {
    return proxy(DataSource.class, (self, method, args) -> connection());
  }

  private Connection connection() {
    return proxy(Connection.class, this::answer);
  }

  int count(String call) {
    return (int) calls.stream().filter(call::equals).count();
  }

  /** Lets everything return that still hangs. */
  void release() {
    over.complete(true);
    released.complete(true);
  }

  private Object answer(Object self, Method method, Object[] args) throws SQLException {
    String name = method.getName();
    calls.add(name);
    switch (name) {
      case "createStatement":
        failIfLost();
        return proxy(Statement.class, this::statement);
      case "setAutoCommit":
        autoCommit = (boolean) args[0];
        return null;
      case "getAutoCommit":
        return autoCommit;
      case "commit":
        take(commit);
        return null;
      case "rollback":
        failIfLost();
        take(rollback);
        return null;
      case "abort":
        abort();
        return null;
      case "isWrapperFor", "isClosed":
        return false;
      case "close":
        return null;
      default:
        throw new AssertionError(method);
    }
  }

  private Object statement(Object self, Method method, Object[] args) throws SQLException {
    String name = method.getName();
    switch (name) {
      case "execute":
        calls.add((String) args[0]);
        failIfLost();
        if (args[0].equals("long")) {
          began.countDown();
          return await(over);
        }
        return false;
      case "cancel":
        calls.add(name);
        cancel();
        return null;
      case "close":
        return null;
      default:
        throw new AssertionError(method);
    }
  }

  private void cancel() throws SQLException {
    if (cancel == Answer.HEEDS) {
      over.completeExceptionally(new SQLException("canceled", "57014"));
    }
    if (cancel == Answer.HANGS) {
      await(released);
    } else {
      take(cancel);
    }
  }

  private void abort() throws SQLException {
    if (abort == Answer.HEEDS) {
      lost = true;
      over.completeExceptionally(new SQLException("socket closed", "08006"));
    }
    if (abort == Answer.HANGS) {
      await(released);
    } else {
      take(abort);
    }
  }

  private void take(Answer answer) throws SQLException {
    switch (answer) {
      case THROWS:
        throw refusal;
      case HANGS:
        began.countDown();
        await(over);
        return;
      case LOSES_CONNECTION:
        lost = true;
        SQLException broken = new SQLException("broken", "08006");
        over.completeExceptionally(broken);
        throw broken;
      default:
        return;
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws SQLException {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SQLException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody may interrupt a driver", e);
    } catch (TimeoutException e) {
      throw new AssertionError("hung for 30 s", e);
    }
  }

  private void failIfLost() throws SQLException {
    if (lost) {
      throw new SQLException("connection is closed", "08003");
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    InvocationHandler all =
        (self, method, args) ->
            switch (method.getName()) {
              case "equals" -> self == args[0];
              case "hashCode" -> System.identityHashCode(self);
              case "toString" -> "faulty " + type.getSimpleName();
              default -> handler.invoke(self, method, args);
            };
    return type.cast(
        Proxy.newProxyInstance(FaultyDriver.class.getClassLoader(), new Class<?>[] {type}, all));
  }
}
