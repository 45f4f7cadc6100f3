package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Key;
import dev.ripcord.Registration;
import dev.ripcord.testing.FakeTime;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchTest {
  private final CancelScope scope = Context.background().withCancel();
  private final AtomicInteger cancels = new AtomicInteger();
  private final AtomicInteger givenUp = new AtomicInteger();
  private final FakeTime time = new FakeTime();
  private final Grace grace = new Grace(Duration.ofSeconds(5), time);
  private final LastResort lastResort =
      new LastResort() {
        @Override
        public Registration begin(Runnable then) {
          return grace.begin(then);
        }

        @Override
        public void abandon() {
          givenUp.incrementAndGet();
        }

        @Override
        public String grace() {
          return grace.toString();
        }
      };

  @AfterEach
  void close() {
    scope.close();
  }

  /** A driver of which only the cancel matters. */
  private interface OnCancel extends DriverCancel {
    void run() throws Exception;

    @Override
    default void cancel(java.sql.Statement executing) throws SQLException {
      try {
        run();
      } catch (SQLException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private Watch watch(OnCancel driver) {
    return watch(scope.context(), driver);
  }

  private Watch watch(Context context, DriverCancel driver) {
    return Watch.over(context, driver, lastResort);
  }

  /** What runs until the test lets it return. */
  private static final class Statement implements SqlCall<String> {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch mayReturn = new CountDownLatch(1);

    @Override
    public String run() {
      try {
        began.countDown();
        mayReturn.await();
        return "done";
      } catch (InterruptedException e) {
        throw new AssertionError("nobody may interrupt a driver", e);
      }
    }
  }

  private final Statement statement = new Statement();

  private RunningSql<String> start(Watch watch) throws InterruptedException {
    RunningSql<String> running =
        RunningSql.start(Context.background(), () -> watch.run(null, statement));
    statement.began.await();
    return running;
  }

  private void assertNoMoreCancels() {
    int now = cancels.get();
    // Longer than the pause between two cancels.
    await().during(Duration.ofMillis(50)).until(() -> cancels.get() == now);
  }

  @Test
  void aLiveContext_cancelsNothing() throws Exception {
    RunningSql<String> running = start(watch(cancels::incrementAndGet));
    statement.mayReturn.countDown();
    assertThat(running.result()).isEqualTo("done");
    assertThat(cancels).hasValue(0);
  }

  @Test
  void aContextThatEndsWhileNothingRuns_cancelsNothing() throws Exception {
    Watch watch = watch(cancels::incrementAndGet);
    watch.run(null, () -> "done");
    scope.cancel();
    assertThatThrownBy(() -> watch.run(null, () -> "must not run"))
        .hasCauseInstanceOf(CanceledException.class);
    assertNoMoreCancels();
  }

  @Test
  void aCancel_isRepeatedUntilTheReturn_andNotAfter() throws Exception {
    RunningSql<String> running = start(watch(cancels::incrementAndGet));
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    statement.mayReturn.countDown();
    assertThat(running.result()).isEqualTo("done"); // it did not heed them
    assertNoMoreCancels();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCancelThatTheDriverRefuses_isTriedAgain(boolean declared) throws Exception {
    RunningSql<String> running =
        start(
            watch(
                () -> {
                  cancels.incrementAndGet();
                  throw declared
                      ? new SQLException("refused")
                      : new IllegalStateException("refused");
                }));
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    statement.mayReturn.countDown();
    running.result();
  }

  @Test
  void theReturn_waitsForACancelThatIsUnderWay() throws Exception {
    CountDownLatch underWay = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    Watch watch =
        watch(
            () -> {
              underWay.countDown();
              arrived.await();
            });
    Thread using = new Thread(() -> runQuietly(watch));
    using.start();
    statement.began.await();
    scope.cancel();
    underWay.await();
    statement.mayReturn.countDown();
    await().until(() -> using.getState() == Thread.State.WAITING);
    arrived.countDown();
    using.join();
  }

  private void runQuietly(Watch watch) {
    try {
      watch.run(null, statement);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theEndOfTheWatch_endsTheCancels() throws Exception {
    Watch watch = watch(cancels::incrementAndGet);
    RunningSql<String> running = start(watch);
    scope.cancel();
    await().until(() -> cancels.get() >= 1);
    watch.end();
    assertNoMoreCancels();
    watch.end();
    statement.mayReturn.countDown();
    running.result();
  }

  @Test
  void anEndedWatch_doesNotCancel() throws Exception {
    Watch watch = watch(cancels::incrementAndGet);
    RunningSql<String> running = start(watch);
    watch.end();
    scope.cancel();
    assertNoMoreCancels();
    statement.mayReturn.countDown();
    running.result();
  }

  @Test
  void anInterruptOfTheCancelingThread_losesNothing() throws Exception {
    RunningSql<String> running =
        start(
            watch(
                () -> {
                  cancels.incrementAndGet();
                  Thread.currentThread().interrupt();
                }));
    scope.cancel();
    await().until(() -> cancels.get() >= 3);
    statement.mayReturn.countDown();
    running.result();
  }

  /** Ends as late as can be: right after it was asked, for the given time, whether it is done. */
  private final class EndsWhenAsked implements Context {
    private final int time;
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch listenerReturned = new CountDownLatch(1);

    EndsWhenAsked(int time) {
      this.time = time;
    }

    @Override
    public Cancellation cancellation() {
      Cancellation answer = scope.context().cancellation();
      if (asked.incrementAndGet() == time) {
        scope.cancel();
        // Until the listener has either begun to cancel or found nothing to do.
        await().until(() -> cancels.get() > 0 || listenerReturned.getCount() == 0);
      }
      return answer;
    }

    @Override
    public Registration onDone(Executor executor, Consumer<Cancellation> action) {
      return scope
          .context()
          .onDone(
              executor,
              why -> {
                action.accept(why);
                listenerReturned.countDown();
              });
    }

    @Override
    public Deadline deadline() {
      return null;
    }

    @Override
    public <T> T value(Key<T> key) {
      return null;
    }
  }

  @Test
  void anEndRightAfterTheCheck_isSeenByTheListener() throws Exception {
    Watch watch = watch(new EndsWhenAsked(1), (OnCancel) cancels::incrementAndGet);
    RunningSql<String> running = start(watch);
    await().until(() -> cancels.get() > 0);
    statement.mayReturn.countDown();
    running.result();
  }

  @Test
  void aStatementThatDoesNotStop_costsItsConnection() throws Exception {
    RunningSql<String> running = start(watch(cancels::incrementAndGet));
    scope.cancel();
    await().until(() -> cancels.get() > 0);
    time.advance(Duration.ofSeconds(5));
    await().until(() -> givenUp.get() == 1);
    assertNoMoreCancels();
    statement.mayReturn.countDown();
    running.result();
  }

  @Test
  void aCancelThatDoesNotReturn_costsTheConnection_andIsNotWaitedFor() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RunningSql<String> running =
        start(
            watch(
                () -> {
                  cancels.incrementAndGet();
                  never.await();
                }));
    scope.cancel();
    await().until(() -> cancels.get() > 0);
    statement.mayReturn.countDown();
    time.advance(Duration.ofSeconds(5));
    running.result();
    assertThat(givenUp).hasValue(1);
    never.countDown();
  }

  /** A driver with something to take back. */
  private final class Settling implements DriverCancel {
    final AtomicInteger settled = new AtomicInteger();
    boolean isDoubtful;

    @Override
    public void cancel(java.sql.Statement executing) {
      cancels.incrementAndGet();
    }

    @Override
    public void settle() {
      settled.incrementAndGet();
    }

    @Override
    public boolean isDoubtful(Object answer, java.sql.Statement executed) {
      return isDoubtful;
    }
  }

  @Test
  void whatWasCancelled_isSettled_once() throws Exception {
    Settling driver = new Settling();
    Watch watch = watch(scope.context(), driver);
    assertThat(watch.run(null, () -> "live")).isEqualTo("live");
    assertThat(driver.settled).hasValue(0);
    RunningSql<String> running = start(watch);
    scope.cancel();
    await().until(() -> cancels.get() > 0);
    statement.mayReturn.countDown();
    assertThat(running.result()).isEqualTo("done");
    assertThat(driver.settled).hasValue(1);
  }

  @Test
  void aDoubtfulAnswer_isACut_ifItWasCancelled() throws Exception {
    Settling driver = new Settling();
    driver.isDoubtful = true;
    Watch watch = watch(scope.context(), driver);
    assertThat(watch.run(null, () -> "live")).isEqualTo("live");
    RunningSql<String> running = start(watch);
    scope.cancel();
    await().until(() -> cancels.get() > 0);
    statement.mayReturn.countDown();
    assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
  }
}
