package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The calls of a request are found while others of it come and go, and nothing stays of them. */
class CallsByRequestTest {
  private static final int THREADS = 4;
  private static final Cancellation WHY = Cancellation.canceled(Reason.ADMIN, null);

  private final Calls calls =
      new Calls(
          new Self("test", "1"), Duration.ofSeconds(1), new Account(), 0, TimeSource.system());
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @AfterEach
  void close() {
    threads.shutdownNow();
  }

  @Test
  void oneOfAnotherRequest_isNotFound() {
    RequestId id = RequestId.random();
    HandledCall call = open(id);
    HandledCall other = open(RequestId.random());
    assertThat(calls.running(id)).containsExactly(call);
    assertThat(calls.find(other.identity())).isSameAs(other);
    call.closed();
    assertThat(calls.running(id)).isEmpty();
    assertThat(calls.find(call.identity())).isNull();
    other.closed();
    assertNothingIsLeft();
  }

  @Test
  void aContextsId_findsItsCall_whateverCallersNameTheirs() {
    HandledCall trusted = open(RequestId.random());
    CallerIdentity own = CallerIdentity.unknown(RequestId.random());
    // Who is not trusted has names of its own: here one that another call's context has as its id.
    HandledCall stranger = open(own, trusted.identity().contextIdBits());
    assertThat(calls.running(trusted.identity().contextIdBits())).containsExactly(trusted);
    assertThat(calls.running(own.contextId())).containsExactly(stranger);
    trusted.closed();
    assertThat(calls.running(trusted.identity().contextIdBits())).isEmpty();
    stranger.closed();
    assertNothingIsLeft();
  }

  @Test
  void severalOfOneRequest_leaveInAnyOrder() {
    RequestId id = RequestId.random();
    List<HandledCall> opened = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      opened.add(open(id));
    }
    assertThat(calls.live().requests()).isEqualTo(1);
    for (int i : new int[] {2, 0, 4, 1}) {
      opened.get(i).closed();
    }
    assertThat(calls.running(id)).containsExactly(opened.get(3));
    HandledCall last = open(id);
    opened.get(3).closed();
    assertThat(calls.running(id)).containsExactly(last);
    last.closed();
    assertNothingIsLeft();
  }

  @Test
  void aCallIsFoundFromItsBeginningToItsEnd_whateverComesAndGoesBesideIt() throws Exception {
    long seed = System.nanoTime();
    List<RequestId> ids = List.of(RequestId.random(), RequestId.random(), RequestId.random());
    inAllThreads(
        thread -> {
          Random random = new Random(seed + thread);
          for (int round = 0; round < 2_000; round++) {
            RequestId id = ids.get(random.nextInt(ids.size()));
            HandledCall call = open(id);
            assertThat(calls.running(id)).as("seed %s", seed).contains(call);
            if (random.nextBoolean()) {
              HandledCall second = open(id);
              call.closed();
              assertThat(calls.running(id)).as("seed %s", seed).contains(second);
              call = second;
            }
            call.closed();
            assertThat(calls.live().of(id)).as("seed %s", seed).doesNotContain(call);
          }
        });
    assertNothingIsLeft();
  }

  @Test
  void aCancelByIdEndsAllOfTheRequest_alsoWhatComesMeanwhile_andNothingElse() throws Exception {
    long seed = System.nanoTime();
    CyclicBarrier start = new CyclicBarrier(THREADS);
    RequestId[] ids = new RequestId[500];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = RequestId.random();
    }
    List<HandledCall> innocent = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      innocent.add(open(RequestId.random()));
    }
    inAllThreads(
        thread -> {
          Random random = new Random(seed + thread);
          for (int i = 0; i < ids.length; i++) {
            start.await(30, TimeUnit.SECONDS);
            List<HandledCall> mine = new ArrayList<>();
            int before = random.nextInt(4);
            for (int call = 0; call < 4; call++) {
              // In every round another thread cancels.
              if (i % THREADS == thread && call == before) {
                calls.cancel(ids[i], WHY);
              }
              HandledCall one = open(ids[i]);
              mine.add(one);
              if (random.nextInt(4) == 0) {
                one.closed();
              }
            }
            start.await(30, TimeUnit.SECONDS);
            assertThat(mine).as("seed %s, round %s", seed, i).allMatch(HandledCall::isEnded);
            assertThat(calls.running(ids[i])).as("seed %s, round %s", seed, i).isEmpty();
          }
        });
    assertThat(innocent).noneMatch(HandledCall::isEnded);
    assertThat(calls.live().requests()).isEqualTo(innocent.size());
    innocent.forEach(HandledCall::closed);
    assertNothingIsLeft();
  }

  private interface InThread {
    void run(int thread) throws Exception;
  }

  private void inAllThreads(InThread work) throws Exception {
    List<Callable<Void>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      all.add(
          () -> {
            work.run(thread);
            return null;
          });
    }
    for (Future<Void> done : threads.invokeAll(all)) {
      done.get();
    }
  }

  private HandledCall open(RequestId id) {
    CallerIdentity caller = CallerIdentity.unknown(id);
    return open(caller, caller.contextId());
  }

  private HandledCall open(CallerIdentity caller, long namedByCaller) {
    HandledCall call =
        new HandledCall(
            calls,
            new CallIdentity(caller, "test.Strings/Unary", calls),
            Context.background(),
            null,
            null,
            namedByCaller);
    call.open();
    return call;
  }

  private void assertNothingIsLeft() {
    assertThat(calls.liveCount()).isZero();
    assertThat(calls.live().requests()).isZero();
  }
}
