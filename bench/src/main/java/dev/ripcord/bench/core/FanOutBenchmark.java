package dev.ripcord.bench.core;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import io.grpc.Context.CancellableContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import kotlin.Unit;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A parent, a thousand children with a listener each, and the parent is cancelled; per child. */
@SuppressWarnings("FutureReturnValueIgnored") // the future listened to holds on to it
@State(Scope.Thread)
public class FanOutBenchmark {
  private static final int CHILDREN = 1_000;
  private static final Executor INLINE = Runnable::run;

  private int heard;

  /** For JMH. */
  public FanOutBenchmark() {}

  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int ours() {
    CancelScope parent = Context.background().withCancel();
    for (int i = 0; i < CHILDREN; i++) {
      parent.context().withCancel().context().onDone(INLINE, end -> heard++);
    }
    parent.cancel();
    return heard;
  }

  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int grpc() {
    CancellableContext parent = io.grpc.Context.ROOT.withCancellation();
    for (int i = 0; i < CHILDREN; i++) {
      parent.withCancellation().addListener(context -> heard++, INLINE);
    }
    parent.cancel(null);
    return heard;
  }

  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int kotlin() {
    CompletableJob parent = JobKt.Job(null);
    for (int i = 0; i < CHILDREN; i++) {
      JobKt.Job(parent)
          .invokeOnCompletion(
              failure -> {
                heard++;
                return Unit.INSTANCE;
              });
    }
    parent.cancel(null);
    return heard;
  }

  @Benchmark
  @OperationsPerInvocation(CHILDREN)
  public int future() {
    CompletableFuture<Object> parent = new CompletableFuture<>();
    for (int i = 0; i < CHILDREN; i++) {
      Parents.child(parent).whenComplete((value, failure) -> heard++);
    }
    parent.cancel(false);
    return heard;
  }
}
