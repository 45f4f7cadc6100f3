package dev.ripcord.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.SQLException;
import java.sql.Wrapper;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What answers for an object of the driver that is asked too seldom to be written out: of its
 * hundred methods all but a handful only have to reach the driver.
 */
abstract class Wrapped<R extends Wrapper> implements InvocationHandler {
  final R raw;
  final Session session;

  Wrapped(R raw, Session session) {
    this.raw = raw;
    this.session = session;
  }

  final <T> T as(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(Wrapped.class.getClassLoader(), new Class<?>[] {type}, this));
  }

  @Override
  public final @Nullable Object invoke(
      Object self, Method method, @Nullable Object @Nullable [] args) throws SQLException {
    return switch (method.getName()) {
      case "equals" -> self == first(args);
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> raw.toString();
      case "unwrap" -> unwrap(self, raw, type(args));
      case "isWrapperFor" -> isWrapperFor(self, raw, type(args));
      default -> answer(self, method, args);
    };
  }

  /** The answer to one of JDBC's methods; {@code self} is the proxy that was asked. */
  abstract @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] args)
      throws SQLException;

  /** The answer of {@code other}, mostly the driver's object. */
  static @Nullable Object ask(Object other, Method method, @Nullable Object @Nullable [] args)
      throws SQLException {
    try {
      return method.invoke(other, args);
    } catch (InvocationTargetException e) {
      throw unchecked(e.getTargetException());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("JDBC's methods are public", e);
    }
  }

  private static SQLException unchecked(Throwable failure) {
    if (failure instanceof SQLException declared) {
      return declared;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    throw new UndeclaredThrowableException(failure);
  }

  /** The wrapper itself if it will do, so that nobody leaves it by accident; else what is below. */
  static <T> T unwrap(Object self, Wrapper raw, Class<T> type) throws SQLException {
    if (type.isInstance(self)) {
      return type.cast(self);
    }
    return type.isInstance(raw) ? type.cast(raw) : raw.unwrap(type);
  }

  static boolean isWrapperFor(Object self, Wrapper raw, Class<?> type) throws SQLException {
    return type.isInstance(self) || type.isInstance(raw) || raw.isWrapperFor(type);
  }

  static @Nullable Object first(@Nullable Object @Nullable [] args) {
    return Objects.requireNonNull(args, "a method without parameters")[0];
  }

  private static Class<?> type(@Nullable Object @Nullable [] args) {
    return (Class<?>) Objects.requireNonNull(first(args), "type is null");
  }
}
