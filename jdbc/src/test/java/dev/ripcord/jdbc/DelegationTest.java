package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.Context;
import dev.ripcord.TimeSource;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each of JDBC's methods, also those that a later JDK adds, reaches the driver as it was called.
 */
class DelegationTest {
  /** The last call that reached the driver, and with what. */
  private Method called;

  private Object[] with;

  private Session session;

  private <T> T driver(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> {
              called = method;
              with = args;
              return nothing(method.getReturnType());
            }));
  }

  private static Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == double.class) {
      return 0.0;
    }
    if (type == float.class) {
      return 0f;
    }
    return type == short.class ? (Object) (short) 0 : type == byte.class ? (byte) 0 : number(type);
  }

  private static Object number(Class<?> type) {
    return type == int.class ? 0 : null;
  }

  private Object wrapped(Class<?> type) throws SQLException {
    session =
        Session.open(
            driver(Connection.class),
            new Grace(Grace.DEFAULT, TimeSource.system()),
            SqlAccount.OF_NOBODY,
            () -> {});
    if (type == Connection.class) {
      return session.connection();
    }
    if (type == DatabaseMetaData.class) {
      return WrappedMetaData.of(driver(DatabaseMetaData.class), session);
    }
    return type == ResultSet.class
        ? ContextResultSet.of(driver(ResultSet.class), session, null, Context.background())
        : WrappedStatement.of((Statement) driver(type), session);
  }

  /** Not asked: who holds the connection is answered by the wrapper. */
  static Stream<Method> methods() {
    return Stream.of(
            Connection.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            DatabaseMetaData.class,
            ResultSet.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
        .filter(
            method ->
                !method.getName().equals("getConnection") && !method.getName().equals("unwrap"));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void reachesTheDriver(Method method) throws Exception {
    Object wrapper = wrapped(method.getDeclaringClass());
    Object[] args = arguments(method);
    method.invoke(wrapper, args);
    assertThat(called.getName()).isEqualTo(method.getName());
    assertThat(called.getParameterTypes()).isEqualTo(method.getParameterTypes());
    assertThat(with == null ? List.of() : Arrays.asList(with)).isEqualTo(Arrays.asList(args));
  }

  /** All different, so that none can stand for another. */
  private static Object[] arguments(Method method) {
    List<Object> arguments = new ArrayList<>();
    for (Class<?> type : method.getParameterTypes()) {
      arguments.add(argument(type, arguments.size() + 1));
    }
    return arguments.toArray();
  }

  private static Object argument(Class<?> type, int number) {
    Map<Class<?>, Object> some =
        Map.of(
            int.class,
            number,
            long.class,
            (long) number,
            short.class,
            (short) number,
            byte.class,
            (byte) number,
            double.class,
            (double) number,
            float.class,
            (float) number,
            boolean.class,
            true,
            String.class,
            "text " + number,
            Properties.class,
            new Properties(),
            Class.class,
            String.class);
    if (some.containsKey(type)) {
      return some.get(type);
    }
    return type.isArray() ? java.lang.reflect.Array.newInstance(type.getComponentType(), 0) : null;
  }
}
