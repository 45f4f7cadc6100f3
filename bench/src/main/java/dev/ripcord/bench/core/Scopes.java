package dev.ripcord.bench.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code java.util.concurrent.StructuredTaskScope} as JDK 25 has it, through method handles: it is
 * a preview, and this is compiled for 17.
 */
final class Scopes {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final @Nullable MethodHandle OPEN = find(false);
  private static final @Nullable MethodHandle OPEN_WITH_TIMEOUT = find(true);

  private Scopes() {}

  static boolean present() {
    return OPEN != null && OPEN_WITH_TIMEOUT != null;
  }

  static Object openAndClose() throws Throwable {
    AutoCloseable scope = (AutoCloseable) Objects.requireNonNull(OPEN).invokeExact();
    scope.close();
    return scope;
  }

  static Object openAndCloseWithTimeout() throws Throwable {
    AutoCloseable scope = (AutoCloseable) Objects.requireNonNull(OPEN_WITH_TIMEOUT).invokeExact();
    scope.close();
    return scope;
  }

  private static @Nullable MethodHandle find(boolean withTimeout) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> scope = Class.forName("java.util.concurrent.StructuredTaskScope");
      Class<?> joiner = Class.forName(scope.getName() + "$Joiner");
      Object all = joiner.getMethod("awaitAllSuccessfulOrThrow").invoke(null);
      MethodHandle open =
          withTimeout ? openWith(lookup, scope, joiner) : openPlainly(lookup, scope, joiner);
      return open.bindTo(all).asType(MethodType.methodType(AutoCloseable.class));
    } catch (ReflectiveOperationException | LinkageError | UnsupportedOperationException absent) {
      return null;
    }
  }

  private static MethodHandle openPlainly(
      MethodHandles.Lookup lookup, Class<?> scope, Class<?> joiner)
      throws ReflectiveOperationException {
    return lookup.findStatic(scope, "open", MethodType.methodType(scope, joiner));
  }

  private static MethodHandle openWith(MethodHandles.Lookup lookup, Class<?> scope, Class<?> joiner)
      throws ReflectiveOperationException {
    Class<?> configuration = Class.forName(scope.getName() + "$Configuration");
    MethodHandle timeout =
        lookup.findVirtual(
            configuration, "withTimeout", MethodType.methodType(configuration, Duration.class));
    UnaryOperator<Object> configure = given -> configured(timeout, given);
    for (Class<?> function :
        new Class<?>[] {UnaryOperator.class, java.util.function.Function.class}) {
      try {
        MethodHandle open =
            lookup.findStatic(scope, "open", MethodType.methodType(scope, joiner, function));
        return MethodHandles.insertArguments(open, 1, configure);
      } catch (NoSuchMethodException otherRelease) {
        // JDK 25 takes a Function, later ones a UnaryOperator.
      }
    }
    throw new NoSuchMethodException("open");
  }

  private static Object configured(MethodHandle timeout, Object configuration) {
    try {
      return timeout.invoke(configuration, MINUTE);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
