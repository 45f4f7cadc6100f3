package dev.ripcord.bench.sql;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The context that a statement is executed under. */
enum Under {
  BACKGROUND("no context"),
  CANCELLABLE("cancellable"),
  ONLY_DEADLINE("the process's only deadline"),
  AMONG_DEADLINES("one of 10,000 deadlines");

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int OTHERS = 10_000;

  private final String title;

  Under(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Runs {@code work} in a new context of this kind. */
  void run(SqlWork work) throws Exception {
    if (this == BACKGROUND) {
      work.run();
      return;
    }
    try (CancelScope scope = open()) {
      scope
          .context()
          .call(
              () -> {
                work.run();
                return true;
              });
    }
  }

  private CancelScope open() {
    return this == CANCELLABLE
        ? Context.background().withCancel()
        : Context.background().withTimeout(LONG);
  }

  /** What else there is in the process meanwhile: armed deadlines, which closing calls off. */
  Others others() {
    return new Others(this == AMONG_DEADLINES ? OTHERS : 0);
  }

  /** Contexts with deadlines that somebody waits for. */
  static final class Others implements AutoCloseable {
    private final List<CancelScope> scopes = new ArrayList<>();

    private Others(int number) {
      for (int i = 0; i < number; i++) {
        CancelScope scope = Context.background().withTimeout(LONG.plusMillis(i));
        scope.context().onDone(Runnable::run, why -> {});
        scopes.add(scope);
      }
    }

    @Override
    public void close() {
      scopes.forEach(CancelScope::close);
    }
  }
}
