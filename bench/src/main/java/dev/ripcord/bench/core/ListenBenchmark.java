package dev.ripcord.bench.core;

import dev.ripcord.CancelScope;
import io.grpc.Context.CancellableContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import kotlin.Unit;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A child of a live parent is made, somebody listens to it, it is cancelled; the listener runs on
 * the cancelling thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the future listened to holds on to it
@State(Scope.Thread)
public class ListenBenchmark {
  private static final Executor INLINE = Runnable::run;

  /** Written by the listeners: nothing can be optimised away. */
  private int heard;

  /** For JMH. */
  public ListenBenchmark() {}

  @Benchmark
  public boolean ours(Parents parents, Parents.Count count) {
    CancelScope scope = parents.ours(count).withCancel();
    scope.context().onDone(INLINE, end -> heard = 1);
    return scope.cancel();
  }

  @Benchmark
  public boolean grpc(Parents parents, Parents.Count count) {
    CancellableContext child = parents.grpc(count).withCancellation();
    child.addListener(context -> heard = 1, INLINE);
    return child.cancel(null);
  }

  @Benchmark
  public CompletableJob kotlin(Parents parents, Parents.Count count) {
    CompletableJob child = JobKt.Job(parents.kotlin(count));
    child.invokeOnCompletion(
        failure -> {
          heard = 1;
          return Unit.INSTANCE;
        });
    child.cancel(null);
    return child;
  }

  @Benchmark
  public boolean future(Parents parents, Parents.Count count) {
    CompletableFuture<Object> child = Parents.child(parents.future(count));
    child.whenComplete((value, failure) -> heard = 1);
    return child.cancel(false);
  }
}
