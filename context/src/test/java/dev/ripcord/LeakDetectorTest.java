package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.ripcord.testing.FakeTime;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What is forgotten in methods of its own is garbage when they return; each test then waits until
 * the collector has met all that was watched, and looks at what was said.
 */
class LeakDetectorTest {
  private final Queue<Leak> found = new ConcurrentLinkedQueue<>();
  private final CancelScope parent = Context.background().withCancel(); // not watched itself
  private final Context live = parent.context();
  private final List<Object> kept = new ArrayList<>();

  @BeforeEach
  void watchAll() {
    LeakDetector.start(1, leak -> found.add(leak));
  }

  @AfterEach
  void watchNone() {
    LeakDetector.stop();
    parent.close();
    Reference.reachabilityFence(kept);
  }

  /** Every scope and group made since the start has been collected and judged. */
  private static void collectAll() {
    await()
        .dontCatchUncaughtExceptions()
        .until(
            () -> {
              System.gc();
              return LeakDetector.watching() == 0;
            });
  }

  private void assertForgotten(Leak.Kind kind, String method) {
    collectAll();
    assertThat(found).hasSize(1);
    Leak leak = found.element();
    assertThat(leak.kind()).isEqualTo(kind);
    StackTraceElement place = leak.createdAt().getStackTrace()[0];
    assertThat(place.getClassName()).isEqualTo(getClass().getName());
    assertThat(place.getMethodName()).isEqualTo(method);
  }

  private void assertNothingForgotten() {
    collectAll();
    assertThat(found).isEmpty();
  }

  private static void listen(Context to) {
    to.onDone(Runnable::run, end -> {});
  }

  private void forgetScope() {
    listen(live.withCancel().context());
  }

  @Test
  @DisplayName("live parent <- scope forgotten <- listener: reported with the place that made it")
  void forgottenScope_isReported() {
    forgetScope();
    assertForgotten(Leak.Kind.SCOPE, "forgetScope");
  }

  private void forgetUnderBackground() {
    listen(Context.background().withCancel().context());
  }

  @Test
  @DisplayName("nothing above that could end it: reported, though all of it is garbage together")
  void forgottenRoot_isReported() {
    forgetUnderBackground();
    assertForgotten(Leak.Kind.SCOPE, "forgetUnderBackground");
  }

  private void forgetTimeout() {
    listen(live.withTimeout(Duration.ofHours(1)).context());
  }

  @Test
  @DisplayName("a deadline to come does not excuse: until then its listeners wait")
  void forgottenTimeout_isReported() {
    forgetTimeout();
    assertForgotten(Leak.Kind.SCOPE, "forgetTimeout");
  }

  private void forgetAboveAnother() {
    Context middle = live.withCancel().context();
    CancelScope below = middle.withCancel();
    listen(below.context());
    kept.add(below);
  }

  @Test
  @DisplayName("the listener is two levels below, its own scope still held: the upper is reported")
  void forgottenScope_isReportedForListenersFarBelow() {
    forgetAboveAnother();
    await()
        .until(
            () -> {
              System.gc();
              return LeakDetector.watching() == 1;
            });
    assertThat(found).hasSize(1);
    kept.clear();
    collectAll();
    // That one too: nobody can end it any more. Another line, so another place.
    assertThat(found).hasSize(2);
  }

  private void forgetAfterOneListenerLeft() {
    Context context = live.withCancel().context();
    Registration first = context.onDone(Runnable::run, end -> {});
    listen(context);
    first.stop();
  }

  @Test
  @DisplayName("one of two listeners has gone: reported for the other")
  void oneListenerLeft_isReported() {
    forgetAfterOneListenerLeft();
    assertForgotten(Leak.Kind.SCOPE, "forgetAfterOneListenerLeft");
  }

  @Test
  @DisplayName("the same place ten times: reported once")
  void samePlace_isReportedOnce() {
    for (int i = 0; i < 10; i++) {
      forgetScope();
    }
    assertForgotten(Leak.Kind.SCOPE, "forgetScope");
  }

  private void forgetManyThings() throws Exception {
    try (CancelScope closed = live.withCancel()) { // closed
      listen(closed.context());
    }
    listen(canceled(live.withCancel())); // ended, not closed
    live.withCancel().context().withCancel().context().isDone(); // nobody listens
    Registration gone = live.withCancel().context().onDone(Runnable::run, end -> {});
    gone.stop(); // nobody listens any more
    live.withCancel().context().awaitDone(Duration.ZERO); // nobody waits any more
    try (CancelScope upper = live.withCancel()) { // the parent ended, its child was never closed
      listen(upper.context().withCancel().context());
    }
    listen(live.withTimeout(Duration.ZERO).context()); // born done
    listen(live.withCancel().context().withoutCancel()); // listens to nothing that can end
  }

  private static Context canceled(CancelScope scope) {
    scope.cancel(Reason.SHUTDOWN);
    return scope.context();
  }

  @Test
  @DisplayName("closed, ended, ended from above, never or no longer listened to: no leak")
  void whatCostsNothing_isNotReported() throws Exception {
    forgetManyThings();
    assertNothingForgotten();
  }

  private void forgetExpired(FakeTime time) {
    CancelScope scope = time.background().withTimeout(Duration.ofSeconds(5));
    listen(scope.context());
    listen(time.background().withTimeout(Duration.ofSeconds(9)).context().withCancel().context());
    time.advance(Duration.ofSeconds(10));
  }

  @Test
  @DisplayName("its deadline struck, or its parent's: no leak")
  void expired_isNotReported() {
    forgetExpired(new FakeTime());
    assertNothingForgotten();
  }

  private void forgetUnderOneThatEnds() {
    CancelScope upper = live.withCancel();
    listen(upper.context().withCancel().context());
    kept.add(upper);
  }

  @Test
  @DisplayName("forgotten while live, but its parent ends before the collector comes: no leak")
  void parentEndsLater_isNotReported() {
    forgetUnderOneThatEnds();
    ((CancelScope) kept.remove(0)).close();
    assertNothingForgotten();
  }

  private CountDownLatch endLater() throws InterruptedException {
    CancelScope scope = live.withCancel();
    CountDownLatch ending = new CountDownLatch(1);
    CountDownLatch collected = new CountDownLatch(1);
    scope
        .context()
        .onDone(
            Runnable::run,
            end -> {
              ending.countDown();
              Threads.awaitUninterruptibly(collected);
            });
    listen(scope.context());
    Thread ender = new Thread(scope::close);
    ender.start();
    ending.await();
    return collected;
  }

  @Test
  @DisplayName("closing takes long, and nobody else holds the scope: no leak")
  void beingClosed_isNotReported() throws Exception {
    CountDownLatch goOn = endLater();
    System.gc();
    assertThat(found).isEmpty();
    goOn.countDown();
    assertNothingForgotten();
  }

  // Groups.

  private void forgetGroup() throws Exception {
    TaskGroup.open(live, Runnable::run).fork("work", () -> 1);
  }

  @Test
  @DisplayName("a group with tasks that nobody joined: reported with the place that opened it")
  void forgottenGroup_isReported() throws Exception {
    forgetGroup();
    assertForgotten(Leak.Kind.TASK_GROUP, "forgetGroup");
  }

  private void forgetJoinedGroups() throws Exception {
    TaskGroup joined = TaskGroup.open(live, Runnable::run);
    joined.fork("work", () -> 1);
    joined.join();
    try (TaskGroup closed = TaskGroup.open(live)) {
      closed.fork("work", () -> 1);
    }
    TaskGroup.open(live); // has no tasks
    TaskGroup late = TaskGroup.open(live, Runnable::run);
    late.close();
    try {
      late.fork("too late", () -> 1);
    } catch (IllegalStateException expected) {
      kept.add(expected);
    }
  }

  @Test
  @DisplayName("joined, closed, or without tasks: no leak")
  void joinedGroup_isNotReported() throws Exception {
    forgetJoinedGroups();
    assertNothingForgotten();
  }

  @Test
  @DisplayName("while a task runs its group is no garbage")
  void runningGroup_isNotReported() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    forgetRunningGroup(goOn);
    System.gc();
    assertThat(found).isEmpty();
    goOn.countDown();
    assertForgotten(Leak.Kind.TASK_GROUP, "forgetRunningGroup");
  }

  private void forgetRunningGroup(CountDownLatch goOn) {
    TaskGroup.open(live).fork("work", () -> awaited(goOn));
  }

  private static boolean awaited(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return true;
  }

  // The detector itself.

  @Test
  @DisplayName("stopped: nothing is watched, and what was watched is not reported")
  void stopped_saysNothing() {
    forgetScope();
    LeakDetector.stop();
    forgetScope();
    assertThat(LeakDetector.watching()).isZero();
    LeakDetector.start(1, leak -> found.add(leak));
    forgetUnderBackground();
    assertForgotten(Leak.Kind.SCOPE, "forgetUnderBackground");
  }

  @Test
  @DisplayName("one in a thousand: some of 100,000 are watched, far from all")
  void sampling_watchesSome() {
    LeakDetector.start(1_000, leak -> found.add(leak));
    List<CancelScope> scopes = Tree.children(live, 100_000);
    assertThat(LeakDetector.watching()).isBetween(10, 1_000);
    Reference.reachabilityFence(scopes);
  }

  @Test
  @DisplayName("a report that throws is uncaught there, and the next one comes")
  void report_mayThrow() {
    Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
    try {
      LeakDetector.start(
          1,
          leak -> {
            found.add(leak);
            throw new IllegalStateException("the report fails");
          });
      forgetScope();
      forgetUnderBackground();
      collectAll();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(found).hasSize(2);
    assertThat(uncaught).hasSize(2);
  }

  @Test
  @DisplayName("unless told otherwise a leak is a warning in the log, with the stack")
  void log_isAWarning() {
    List<LogRecord> records = new ArrayList<>();
    Logger logger = Logger.getLogger(LeakDetector.class.getName());
    Handler handler = new Recorder(records);
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      LeakDetector.start(1);
      forgetScope();
      collectAll();
    } finally {
      logger.setUseParentHandlers(true);
      logger.removeHandler(handler);
    }
    assertThat(records).hasSize(1);
    assertThat(records.get(0).getMessage()).startsWith("leak: a CancelScope was never closed");
    assertThat(records.get(0).getThrown().getStackTrace()[0].getMethodName())
        .isEqualTo("forgetScope");
  }

  private static final class Recorder extends Handler {
    private final List<LogRecord> records;

    Recorder(List<LogRecord> records) {
      this.records = records;
    }

    @Override
    public void publish(LogRecord record) {
      records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void start_refusesNonsense() {
    assertThatIllegalArgumentException().isThrownBy(() -> LeakDetector.start(0));
  }

  @Test
  @DisplayName("a watched context is printed, ends and counts as any other")
  void watched_looksLikeAnyOther() {
    FakeTime time = new FakeTime();
    Context root = time.background();
    CancelScope watched = root.withTimeout(Duration.ofSeconds(5));
    CancelScope below = watched.context().withCancel();
    LeakDetector.stop();
    CancelScope plain = root.withTimeout(Duration.ofSeconds(5));
    assertThat(watched.context()).hasToString(plain.context().toString());
    assertThat(below.context()).hasToString(plain.context().withCancel().context().toString());
    time.advance(Duration.ofSeconds(5));
    assertThat(watched.cancel()).isFalse();
    assertThat(below.context().cancellation().kind())
        .isEqualTo(plain.context().cancellation().kind());
    assertThat(below.context().cancellation().at()).isEqualTo(plain.context().cancellation().at());
  }
}
