package dev.ripcord.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.ObservedWork;
import dev.ripcord.Reason;
import dev.ripcord.TimeSource;
import dev.ripcord.jdbc.micrometer.SqlMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a listener is told is what has happened to the SQL. */
@SuppressWarnings("try") // scopes are used by closing them
class SqlListenerTest {
  private static final String LONG =
      "select count(*) from system_range(1, 100000) a, system_range(1, 1000000) b"
          + " where a.x * b.x = -1";

  private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:told", "sa", "");
  private final AtomicInteger skipped = new AtomicInteger();
  private final AtomicInteger cut = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger waits = new AtomicInteger();

  private final SqlListener counting =
      new SqlListener() {
        @Override
        public void skipped(Cancellation why) {
          skipped.incrementAndGet();
        }

        @Override
        public void stopped(Cancellation why, Duration took, boolean wasCut) {
          assertThat(took.isNegative()).isFalse();
          (wasCut ? cut : done).incrementAndGet();
        }

        @Override
        public void waitedInVain(Cancellation why) {
          waits.incrementAndGet();
        }
      };

  @AfterEach
  void close() {
    pool.dispose();
  }

  @Test
  void itsCounts_areThoseOfRandomEnds() throws Exception {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    SqlMetrics metrics = new SqlMetrics(meters);
    DataSource told = ContextDataSource.wrap(pool).telling(counting);
    DataSource measured = ContextDataSource.wrap(pool).telling(metrics);
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    int ownSkipped = 0;
    int ownCut = 0;
    for (int round = 0; round < 200; round++) {
      try (CancelScope scope = Context.background().withCancel();
          Connection connection = (round % 2 == 0 ? told : measured).getConnection();
          Statement statement = connection.createStatement()) {
        switch (random.nextInt(3)) {
          case 0 -> {
            scope.cancel();
            assertThatThrownBy(() -> scope.context().call(() -> statement.execute("select 1")))
                .isInstanceOf(SQLException.class);
            ownSkipped++;
          }
          case 1 -> {
            RunningSql<?> running =
                RunningSql.start(scope.context(), () -> statement.executeQuery(LONG));
            scope.cancel(Reason.USER_CANCELED);
            // It may not have been sent yet: then it never is.
            running.failure();
            ownCut++;
          }
          default -> scope.context().call(() -> statement.execute("select 1"));
        }
      }
    }
    double measuredCut = meters.get("ripcord.sql.cut").counter().count();
    double measuredSkipped = meters.get("ripcord.sql.skipped").counter().count();
    assertThat(cut.get() + skipped.get() + measuredCut + measuredSkipped)
        .as("seed %s", seed)
        .isEqualTo(ownCut + ownSkipped);
    assertThat(skipped.get() + measuredSkipped).isGreaterThanOrEqualTo(ownSkipped);
    assertThat(done).hasValue(0);
    assertThat(meters.get("ripcord.sql.stop.duration").timer().count())
        .isEqualTo((long) measuredCut);
  }

  @Test
  void waitingInVain_isTold() throws Exception {
    pool.setMaxConnections(1);
    DataSource told = ContextDataSource.wrap(pool).telling(counting);
    try (CancelScope scope = Context.background().withCancel();
        Connection only = told.getConnection()) {
      RunningSql<?> running = RunningSql.start(scope.context(), told::getConnection);
      scope.cancel();
      running.failure();
      assertThat(waits).hasValue(1);
    }
  }

  @Test
  void aListenerThatThrows_changesNothing() throws Exception {
    DataSource told =
        ContextDataSource.wrap(pool)
            .telling(
                new SqlListener() {
                  @Override
                  public void skipped(Cancellation why) {
                    throw new IllegalStateException("a listener's bug");
                  }
                });
    try (CancelScope scope = Context.background().withCancel();
        Connection connection = told.getConnection();
        Statement statement = connection.createStatement()) {
      scope.cancel();
      assertThatThrownBy(() -> scope.context().call(() -> statement.execute("select 1")))
          .isInstanceOf(SQLException.class);
      assertThat(statement.execute("select 1")).isTrue();
    }
  }

  /** What a driver does that heeds no cancel. */
  private static String ignoresItsCancel(CountDownLatch began, CountDownLatch mayReturn) {
    try {
      began.countDown();
      mayReturn.await();
      return "late";
    } catch (InterruptedException e) {
      throw new AssertionError("nobody may interrupt a driver", e);
    }
  }

  @Test
  void aStatementThatDoesNotReturn_lingers_onTheThreadThatExecutesIt() throws Exception {
    Stubborn observer = new Stubborn();
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch mayReturn = new CountDownLatch(1);
    CancelScope scope = Context.background().withValue(Stubborn.KEY, observer).withCancel();
    try (Connection raw = pool.getConnection()) {
      Session session =
          Session.open(
              raw, new Grace(Grace.DEFAULT, TimeSource.system()), SqlAccount.OF_NOBODY, () -> {});
      RunningSql<String> running =
          RunningSql.start(
              scope.context(),
              () ->
                  session.execute(scope.context(), null, () -> ignoresItsCancel(began, mayReturn)));
      began.await();
      scope.cancel();
      await().until(() -> observer.lingered.size() == 1);
      ObservedWork work = observer.lingered.get(0);
      assertThat(work.kind()).isEqualTo(ObservedWork.Kind.STATEMENT);
      assertThat(work.thread().getName()).isEqualTo("running sql");
      assertThat(work.stack())
          .extracting(StackTraceElement::getMethodName)
          .contains("ignoresItsCancel");
      mayReturn.countDown();
      assertThat(running.result()).isEqualTo("late");
      await().until(() -> observer.returned.equals(observer.lingered));
    }
  }
}
