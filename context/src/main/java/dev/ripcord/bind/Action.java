package dev.ripcord.bind;

/**
 * {@link Work} without a result.
 *
 * @param <E> what it throws; {@link RuntimeException} if nothing checked
 */
@FunctionalInterface
public interface Action<E extends Exception> {
  /** Does it. */
  void run() throws E;

  /** This as work that returns null. */
  @SuppressWarnings("NullAway") // nobody looks at it
  default Work<Void, E> asWork() {
    return () -> {
      run();
      return null;
    };
  }
}
