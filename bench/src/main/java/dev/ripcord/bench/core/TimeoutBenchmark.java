package dev.ripcord.bench.core;

import dev.ripcord.CancelScope;
import io.grpc.Context.CancellableContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import kotlin.Unit;
import kotlinx.coroutines.TimeoutKt;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A child with a timeout of a minute is made, and cancelled; nobody listens. */
public class TimeoutBenchmark {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** For JMH. */
  public TimeoutBenchmark() {}

  @Benchmark
  public boolean ours(Parents parents, Parents.Count count) {
    CancelScope scope = parents.ours(count).withTimeout(MINUTE);
    return scope.cancel();
  }

  @Benchmark
  public boolean grpc(Parents parents, Parents.Count count, Timer timer) {
    CancellableContext child =
        parents.grpc(count).withDeadlineAfter(1, TimeUnit.MINUTES, timer.executor);
    return child.cancel(null);
  }

  /** Kotlin's timeout is a function round a block: one that has nothing to do and returns. */
  @Benchmark
  public @Nullable Object kotlin(Parents parents, Parents.Count count) {
    return TimeoutKt.withTimeoutOrNull(
        60_000, (scope, then) -> Unit.INSTANCE, new Resumption(parents.kotlin(count)));
  }

  @Benchmark
  public boolean future(Parents parents, Parents.Count count) {
    CompletableFuture<Object> child = Parents.child(parents.future(count));
    return child.orTimeout(1, TimeUnit.MINUTES).cancel(false);
  }

  @Benchmark
  public Object scope() throws Throwable {
    return Scopes.openAndCloseWithTimeout();
  }

  /** As gRPC sets up its own: one thread, and a cancelled task leaves the queue. */
  @State(Scope.Benchmark)
  public static class Timer {
    final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

    /** For JMH. */
    public Timer() {
      executor.setRemoveOnCancelPolicy(true);
    }

    @TearDown
    public void close() {
      executor.shutdownNow();
    }
  }
}
