package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import dev.ripcord.TaskGroup;
import dev.ripcord.bind.Interruptible;
import dev.ripcord.grpc.micrometer.RipcordMetrics;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is counted, and what listeners are told, is what has happened. */
class AccountTest {
  private static final int CANCELS = 10_000;
  private static final int AT_ONCE = 64;
  private static final String QUICK = "quick";

  private final Heard heard = new Heard();
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger forked = new AtomicInteger();
  private final AtomicInteger branchesBegun = new AtomicInteger();

  /** The test's own count of streams and of calls that come to a handler's door. */
  private final class OwnCount extends ServerStreamTracer.Factory implements ServerInterceptor {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      if (method.equals(Strings.UNARY.getFullMethodName())) {
        streams.incrementAndGet();
      }
      return new ServerStreamTracer() {};
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (call.getMethodDescriptor()
          .getFullMethodName()
          .equals(Strings.UNARY.getFullMethodName())) {
        arrived.incrementAndGet();
      }
      return next.startCall(call, headers);
    }
  }

  /** Never answers by itself, but to "quick"; of its two branches one often waits for a thread. */
  private String handle(String request, ExecutorService few) throws Exception {
    if (request.equals(QUICK)) {
      return "done";
    }
    begun.incrementAndGet();
    Context context = Context.current();
    try (TaskGroup group = TaskGroup.open(context, few)) {
      for (int i = 0; i < 2; i++) {
        forked.incrementAndGet();
        group.fork(
            "branch",
            () -> {
              branchesBegun.incrementAndGet();
              return Context.current().awaitDone(Duration.ofMinutes(2));
            });
      }
      context.awaitDone(Duration.ofMinutes(2));
      context.throwIfDone();
      return "never";
    }
  }

  @Test
  void tenThousandRandomCancels_areCountedAsTheyHappen() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    Random random = new Random(seed);
    ExecutorService few = Executors.newFixedThreadPool(AT_ONCE);
    ExecutorService handlers = Executors.newFixedThreadPool(AT_ONCE / 2);
    OwnCount own = new OwnCount();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.named("callee")
                .settings(
                    builder ->
                        builder.executor(handlers).intercept(own).addStreamTracerFactory(own))
                .unary(request -> handle(request, few))
                .start();
        Peer caller = Peer.named("caller")) {
      callee.ripcord().listen(heard);
      new RipcordMetrics(callee.ripcord()).bindTo(meters);
      cancelMany(caller.channelTo(callee), random);
      Counters counters = callee.ripcord().counters();
      // What a caller has given up may still be on its way.
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                assertThat(callee.ripcord().liveCalls()).isZero();
                assertThat(heard.handlersStopped).hasValue(streams.get());
                assertThat(counters.callsSkipped()).isEqualTo(arrived.get() - begun.get());
                assertThat(heard.tasksStopped).hasValue(branchesBegun.get());
                assertThat(heard.handlersSkipped).hasValue((int) counters.callsSkipped());
                assertThat(heard.tasksSkipped).hasValue((int) counters.tasksSkipped());
              });
      int ended = streams.get();
      assertThat(counters.eventsUntold()).isZero();
      assertThat(callee.ripcord().stopTimes().count()).as("seed %s", seed).isEqualTo(ended);
      assertThat(counters.tasksSkipped()).isEqualTo(forked.get() - branchesBegun.get());
      assertThat(heard.took).as("negative times").isEmpty();
      assertThat(counters.overdueHandlers() + counters.overdueTasks()).isZero();
      assertThat(begun.get()).as("not all were spared").isPositive();

      assertThat(meters.get("ripcord.stop.duration").tag("work", "handler").timer().count())
          .isEqualTo(ended);
      assertThat(meters.get("ripcord.stop.duration").tag("work", "task").timer().count())
          .isEqualTo(branchesBegun.get());
      assertThat(
              meters.find("ripcord.calls.ended").counters().stream()
                  .mapToDouble(c -> c.count())
                  .sum())
          .isEqualTo(ended);
      assertThat(
              meters.get("ripcord.work.skipped").tag("work", "handler").functionCounter().count())
          .isEqualTo(counters.callsSkipped());
      assertThat(meters.get("ripcord.calls.live").gauge().value()).isZero();
      // None of it is an error to anybody.
      assertThat(logs.seen()).isEmpty();
    } finally {
      few.shutdown();
      handlers.shutdown();
    }
  }

  private static void cancelMany(ManagedChannel channel, Random random)
      throws InterruptedException {
    Semaphore room = new Semaphore(AT_ONCE);
    ScheduledExecutorService later = Executors.newScheduledThreadPool(2);
    try {
      for (int i = 0; i < CANCELS; i++) {
        room.acquire();
        CancelScope scope = Context.background().withCancel();
        start(channel, scope.context(), "wait", room::release);
        if (random.nextInt(4) == 0) {
          scope.cancel(Reason.USER_CANCELED);
        } else {
          long micros = random.nextInt(20_000);
          later.schedule(() -> scope.cancel(Reason.USER_CANCELED), micros, TimeUnit.MICROSECONDS);
        }
      }
      room.acquire(AT_ONCE);
    } finally {
      later.shutdown();
    }
  }

  private static void start(
      ManagedChannel channel, Context context, String request, Runnable closed) {
    ClientCall<String, String> call =
        channel.newCall(Strings.UNARY, CallOptions.DEFAULT.withOption(Ripcord.CONTEXT, context));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.run();
          }
        },
        new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
  }

  @Test
  void callsThatEndByThemselves_areNotMentioned() throws Exception {
    try (Peer callee = Peer.named("callee").unary(request -> "done").start();
        Peer caller = Peer.named("caller")) {
      callee.ripcord().listen(heard);
      ManagedChannel channel = caller.channelTo(callee);
      for (int i = 0; i < 100; i++) {
        Way.BLOCKING_UNARY.call(channel, CallOptions.DEFAULT);
      }
      await().until(() -> callee.ripcord().liveCalls() == 0);
      assertThat(callee.ripcord().stopTimes().count()).isZero();
      assertThat(callee.ripcord().counters().asMap().values().stream().mapToLong(n -> n).sum())
          .isEqualTo(callee.ripcord().counters().controlStreamsAccepted());
      assertThat(heard.handlersStopped).hasValue(0);
    }
  }

  @Test
  void reasonsThatCannotBeTold_areCountedOneByOne_andCalleesReportTheOthers() throws Exception {
    int calls = 50;
    ExecutorService few = Executors.newCachedThreadPool();
    try (Peer callee = Peer.named("callee").unary(request -> handle(request, few)).start();
        Peer caller = Peer.named("caller")) {
      caller.ripcord().listen(heard);
      ManagedChannel channel = caller.channelTo(callee);
      // So that there is a control stream.
      cancelOnceBegun(channel, callee, 1);
      await()
          .until(
              () ->
                  caller.ripcord().counters().reasonsUndelivered() + heard.calleesStopped.get()
                      == 1);
      long before = caller.ripcord().counters().reasonsUndelivered();

      caller.ripcord().reasons(false);
      cancelOnceBegun(channel, callee, calls);

      assertThat(caller.ripcord().counters().reasonsUndelivered()).isEqualTo(before + calls);
      await().until(() -> heard.undelivered.get() == before + calls);
      assertThat(heard.calleesStopped.get())
          .isEqualTo((int) caller.ripcord().calleesStopTimes().count());
    } finally {
      few.shutdown();
    }
  }

  private void cancelOnceBegun(ManagedChannel channel, Peer callee, int calls)
      throws InterruptedException {
    int already = begun.get();
    CountDownLatch closed = new CountDownLatch(calls);
    List<CancelScope> scopes = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      CancelScope scope = Context.background().withCancel();
      scopes.add(scope);
      start(channel, scope.context(), "wait", closed::countDown);
    }
    await().until(() -> begun.get() == already + calls);
    scopes.forEach(scope -> scope.cancel(Reason.USER_CANCELED));
    closed.await();
    await().until(() -> callee.ripcord().liveCalls() == 0);
  }

  @Test
  void interruptsThatAreSent_areCounted() throws Exception {
    int calls = 20;
    try (Peer callee =
            Peer.named("callee")
                .unary(
                    request -> {
                      begun.incrementAndGet();
                      Interruptible.run(Context.current(), () -> Thread.sleep(120_000));
                      return "never";
                    })
                .start();
        Peer caller = Peer.named("caller")) {
      cancelOnceBegun(caller.channelTo(callee), callee, calls);
      // One may have been ended between its beginning and its sleep: it throws without.
      long sent = callee.ripcord().counters().interruptsSent();
      assertThat(sent).isPositive().isLessThanOrEqualTo(calls);
      assertThat(callee.ripcord().stopTimes().count()).isEqualTo(calls);
    }
  }

  @Test
  void aListenerThatThrowsOrBlocks_hurtsNobody() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger thrown = new AtomicInteger();
    CallListener blocks =
        new CallListener() {
          @Override
          public void stopped(EndedWork work, Duration took) {
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    CallListener throwing =
        new CallListener() {
          @Override
          public void stopped(EndedWork work, Duration took) {
            thrown.incrementAndGet();
            throw new IllegalStateException("a listener's bug");
          }
        };
    ExecutorService few = Executors.newCachedThreadPool();
    try (Logs logs = Logs.watch();
        Peer callee = Peer.named("callee").unary(request -> handle(request, few)).start();
        Peer caller = Peer.named("caller")) {
      callee.ripcord().listen(blocks);
      callee.ripcord().listen(throwing);
      Registration last = callee.ripcord().listen(heard);
      ManagedChannel channel = caller.channelTo(callee);
      cancelOnceBegun(channel, callee, 20);
      // A branch that had not begun is skipped, and nobody throws at that.
      await()
          .until(
              () ->
                  heard.handlersStopped.get() == 20
                      && heard.tasksStopped.get() + heard.tasksSkipped.get() == forked.get());
      await().until(() -> thrown.get() == 20 + heard.tasksStopped.get());
      CountDownLatch answered = new CountDownLatch(1);
      start(channel, Context.background(), QUICK, answered::countDown);
      answered.await();
      assertThat(logs.seen()).hasSize(1);

      assertThat(last.stopOrJoin()).isTrue();
      assertThat(last.stop()).isFalse();
      cancelOnceBegun(channel, callee, 5);
      assertThat(heard.handlersStopped).hasValue(20);
    } finally {
      release.countDown();
      few.shutdown();
    }
  }

  @Test
  void whatAListenerIsTooSlowFor_isCounted() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    Counters counters = new Counters((event, times) -> {});
    Announcer announcer = new Announcer(counters);
    announcer.listen(
        new CallListener() {
          @Override
          public void calleeStopped(Duration took) {
            blocked.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            told.incrementAndGet();
          }
        });
    announcer.tell(listener -> listener.calleeStopped(Duration.ZERO));
    blocked.await();
    for (int i = 0; i < Announcer.MOST_WAITING + 100; i++) {
      announcer.tell(listener -> listener.calleeStopped(Duration.ZERO));
    }
    assertThat(counters.eventsUntold()).isEqualTo(100);
    release.countDown();
    await().until(() -> told.get() == Announcer.MOST_WAITING + 1);
  }
}
