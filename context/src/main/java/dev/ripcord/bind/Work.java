package dev.ripcord.bind;

import java.util.concurrent.Callable;

/**
 * A callable that says what it throws, so that its caller need not expect any exception.
 *
 * @param <T> what it returns
 * @param <E> what it throws; {@link RuntimeException} if nothing checked
 */
@FunctionalInterface
public interface Work<T, E extends Exception> extends Callable<T> {
  @Override
  T call() throws E;
}
