package dev.ripcord.bench.core;

import dev.ripcord.CancelScope;
import io.grpc.Context.CancellableContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A child with a timeout of a minute is made, somebody listens to it, it is cancelled: the timer of
 * every contender is armed and called off.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the future listened to holds on to it
@State(Scope.Thread)
public class ListenWithTimeoutBenchmark {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Executor INLINE = Runnable::run;

  /** Written by the listeners: nothing can be optimised away. */
  private int heard;

  /** For JMH. */
  public ListenWithTimeoutBenchmark() {}

  @Benchmark
  public boolean ours(Parents parents, Parents.Count count) {
    CancelScope scope = parents.ours(count).withTimeout(MINUTE);
    scope.context().onDone(INLINE, end -> heard = 1);
    return scope.cancel();
  }

  @Benchmark
  public boolean grpc(Parents parents, Parents.Count count, TimeoutBenchmark.Timer timer) {
    CancellableContext child =
        parents.grpc(count).withDeadlineAfter(1, TimeUnit.MINUTES, timer.executor);
    child.addListener(context -> heard = 1, INLINE);
    return child.cancel(null);
  }

  @Benchmark
  public boolean future(Parents parents, Parents.Count count) {
    CompletableFuture<Object> child = Parents.child(parents.future(count));
    child.orTimeout(1, TimeUnit.MINUTES);
    child.whenComplete((value, failure) -> heard = 1);
    return child.cancel(false);
  }
}
