package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.DeadlineExceededException;
import dev.ripcord.testing.FakeTime;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Waiting for the connections of a pool that hands out what the test gives it. */
class ConnectionWaitTest {
  private final FakeTime time = new FakeTime();
  private final Pool pool = new Pool();
  private final ConnectionWait wait = new ConnectionWait(pool, time);
  private final CancelScope scope = Context.background().withCancel();

  /** Each call waits for the next of the test's answers. */
  private static final class Pool implements ConnectionCall {
    final BlockingQueue<ConnectionCall> answers = new LinkedBlockingQueue<>();
    final List<Thread> askedBy = new CopyOnWriteArrayList<>();
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public Connection run() throws SQLException {
      askedBy.add(Thread.currentThread());
      try {
        return answers.take().run();
      } catch (InterruptedException e) {
        throw new AssertionError("nobody may interrupt a pool", e);
      }
    }

    Connection handOut() {
      Connection connection =
          (Connection)
              Proxy.newProxyInstance(
                  Pool.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (self, method, args) -> {
                    switch (method.getName()) {
                      case "equals":
                        return self == args[0];
                      case "close":
                        return closed.incrementAndGet() < 0;
                      default:
                        throw new AssertionError(method);
                    }
                  });
      answers.add(() -> connection);
      return connection;
    }

    void fail(String message) {
      answers.add(
          () -> {
            throw new SQLException(message);
          });
    }
  }

  private RunningSql<Connection> take(Context context) {
    int before = pool.askedBy.size();
    RunningSql<Connection> running = RunningSql.start(context, () -> wait.take(context));
    await().until(() -> pool.askedBy.size() > before || running.isOver());
    return running;
  }

  @Test
  void aConnection_isHandedOver() throws Exception {
    RunningSql<Connection> running = take(scope.context());
    Connection connection = pool.handOut();
    assertThat(running.result() == connection).isTrue();
    assertThat(pool.closed).hasValue(0);
  }

  @Test
  void theWait_endsWithItsContext_andALateConnectionGoesBack() {
    RunningSql<Connection> running = take(scope.context());
    scope.cancel();
    assertThat(running.failure().getCause()).isInstanceOf(CanceledException.class);
    pool.handOut();
    await().until(() -> pool.closed.get() == 1);
  }

  @Test
  void theWait_isBoundedByTheDeadline() {
    try (CancelScope timed = time.background().withTimeout(Duration.ofSeconds(1))) {
      RunningSql<Connection> running = take(timed.context());
      time.advance(Duration.ofSeconds(1));
      SQLException cut = running.failure();
      assertThat((Throwable) cut).isInstanceOf(SQLTimeoutException.class);
      assertThat(cut.getCause()).isInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  void underADoneContext_thePoolIsNotAsked() {
    scope.cancel();
    assertThatThrownBy(() -> wait.take(scope.context()))
        .hasCauseInstanceOf(CanceledException.class);
    assertThat(pool.askedBy).isEmpty();
  }

  @Test
  void whoGivesUp_leavesItsPlaceInThePoolToTheNext() throws Exception {
    RunningSql<Connection> first = take(scope.context());
    scope.cancel();
    first.failure();
    try (CancelScope other = Context.background().withCancel()) {
      RunningSql<Connection> second =
          RunningSql.start(other.context(), () -> wait.take(other.context()));
      await().until(() -> wait.waiting() == 1);
      Connection connection = pool.handOut();
      assertThat(second.result() == connection).isTrue();
    }
    assertThat(pool.askedBy).hasSize(1);
  }

  @Test
  void callers_areServedInTheOrderTheyCame() throws Exception {
    RunningSql<Connection> first = take(scope.context());
    RunningSql<Connection> second = take(scope.context());
    Connection one = pool.handOut();
    assertThat(first.result() == one).isTrue();
    Connection two = pool.handOut();
    assertThat(second.result() == two).isTrue();
    assertThat(pool.askedBy).hasSize(2);
  }

  @Test
  void thePoolsFailure_isTheCallers() {
    RunningSql<Connection> running = take(scope.context());
    pool.fail("pool is closed");
    assertThat((Throwable) running.failure()).hasMessage("pool is closed");
  }

  @Test
  void aFailureOfAnEarlierQuestion_isNotTheNextCallers() throws Exception {
    RunningSql<Connection> first = take(scope.context());
    scope.cancel();
    first.failure();
    try (CancelScope other = Context.background().withCancel()) {
      RunningSql<Connection> second =
          RunningSql.start(other.context(), () -> wait.take(other.context()));
      await().until(() -> wait.waiting() == 1);
      pool.fail("timed out after 30 s"); // of which the second has waited none
      Connection connection = pool.handOut();
      assertThat(second.result() == connection).isTrue();
    }
  }

  @Test
  void anError_isTheCallersToo() {
    RunningSql<Connection> running = take(scope.context());
    pool.answers.add(
        () -> {
          throw new IllegalStateException("broken");
        });
    assertThatThrownBy(running::result)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
  }

  @Test
  void whatCameBackAMomentAgo_isTakenByTheCallerItself() throws Exception {
    wait.gaveBack();
    time.advance(Duration.ofMillis(300));
    pool.handOut();
    wait.take(scope.context());
    assertThat(pool.askedBy).containsExactly(Thread.currentThread());

    pool.handOut(); // but only one came back
    wait.take(scope.context());
    assertThat(pool.askedBy.get(1)).isNotSameAs(Thread.currentThread());
  }

  @Test
  void whatCameBackLongAgo_mayBeGone() throws Exception {
    wait.gaveBack();
    time.advance(Duration.ofMillis(500));
    pool.handOut();
    wait.take(scope.context());
    assertThat(pool.askedBy).doesNotContain(Thread.currentThread());
  }

  @Test
  void whatComesBackWhileOthersWait_isTheirs() throws Exception {
    RunningSql<Connection> first = take(scope.context());
    wait.gaveBack();
    pool.handOut();
    first.result();
    pool.handOut();
    wait.take(scope.context());
    assertThat(pool.askedBy).doesNotContain(Thread.currentThread());
  }

  @Test
  void aContextThatNeverEnds_needsNoOtherThread() throws Exception {
    pool.handOut();
    wait.take(Context.background());
    assertThat(pool.askedBy).containsExactly(Thread.currentThread());
  }

  @Test
  void anInterrupt_endsTheWait_andIsKept() throws Exception {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> wait.take(scope.context()))
        .isInstanceOf(SQLException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    pool.handOut();
    await().until(() -> pool.closed.get() == 1);
  }
}
