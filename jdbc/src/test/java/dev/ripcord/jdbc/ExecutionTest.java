package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutionTest {
  private final CancelScope scope = Context.background().withCancel();
  private final AtomicInteger cancels = new AtomicInteger();

  @AfterEach
  void close() {
    scope.close();
  }

  /** A driver of which only the cancel matters. */
  private interface OnCancel extends DriverCancel {
    void run() throws Exception;

    @Override
    default void cancel(Statement executing) throws SQLException {
      try {
        run();
      } catch (SQLException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    default void prepare() {}
  }

  private Execution begin(OnCancel driver) {
    return Execution.begin(scope.context(), driver, null);
  }

  @Test
  void aLiveContext_cancelsNothing() {
    Execution execution = begin(cancels::incrementAndGet);
    execution.end();
    scope.cancel();
    assertThat(cancels).hasValue(0);
  }

  @Test
  void aCancel_isRepeatedUntilTheEnd_andNotAfter() {
    Execution execution = begin(cancels::incrementAndGet);
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    execution.end();
    int atEnd = cancels.get();
    // Longer than the pause between two cancels.
    await().during(Duration.ofMillis(50)).until(() -> cancels.get() == atEnd);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCancelThatTheDriverRefuses_isTriedAgain(boolean declared) {
    Execution execution =
        begin(
            () -> {
              cancels.incrementAndGet();
              throw declared ? new SQLException("refused") : new IllegalStateException("refused");
            });
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    execution.end();
  }

  @Test
  void theEnd_waitsForACancelThatIsUnderWay() throws Exception {
    CountDownLatch underWay = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    Execution execution =
        begin(
            () -> {
              underWay.countDown();
              arrived.await();
            });
    scope.cancel();
    underWay.await();
    Thread executing = new Thread(execution::end);
    executing.start();
    await().until(() -> executing.getState() == Thread.State.WAITING);
    arrived.countDown();
    executing.join();
  }

  @Test
  void theEnd_mayComeTwice() {
    Execution execution = begin(cancels::incrementAndGet);
    execution.end();
    execution.end();
  }

  @Test
  void anInterruptOfTheCancelingThread_losesNothing() {
    Execution execution =
        begin(
            () -> {
              cancels.incrementAndGet();
              Thread.currentThread().interrupt();
            });
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    execution.end();
  }
}
