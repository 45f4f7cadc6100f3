package dev.ripcord.bench.core;

import dev.ripcord.Context;
import io.grpc.Context.CancellableContext;
import java.util.concurrent.CompletableFuture;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A live parent for each contender, the same for all threads. It is renewed after some ten thousand
 * children, for the sake of those that never let go of a child: with a parent that lives longer
 * they only get slower, until the memory is full.
 */
@State(Scope.Benchmark)
public class Parents {
  private static final int CHILDREN = 10_000;

  volatile Context ours = Context.background().withCancel().context();
  volatile CancellableContext grpc = io.grpc.Context.ROOT.withCancellation();
  volatile CompletableJob kotlin = JobKt.Job(null);
  volatile CompletableFuture<Object> future = new CompletableFuture<>();

  /** For JMH. */
  public Parents() {}

  /** Counts one thread's children. */
  @State(Scope.Thread)
  public static class Count {
    private int left = CHILDREN;

    /** For JMH. */
    public Count() {}

    private boolean isOver() {
      if (--left > 0) {
        return false;
      }
      left = CHILDREN;
      return true;
    }
  }

  Context ours(Count count) {
    if (count.isOver()) {
      ours = Context.background().withCancel().context();
    }
    return ours;
  }

  CancellableContext grpc(Count count) {
    if (count.isOver()) {
      grpc = io.grpc.Context.ROOT.withCancellation();
    }
    return grpc;
  }

  CompletableJob kotlin(Count count) {
    if (count.isOver()) {
      kotlin = JobKt.Job(null);
    }
    return kotlin;
  }

  CompletableFuture<Object> future(Count count) {
    if (count.isOver()) {
      future = new CompletableFuture<>();
    }
    return future;
  }

  /** How one makes a tree of futures: the parent's end is the child's. */
  @SuppressWarnings("FutureReturnValueIgnored") // the parent holds on to it
  static CompletableFuture<Object> child(CompletableFuture<Object> parent) {
    CompletableFuture<Object> child = new CompletableFuture<>();
    parent.whenComplete((value, failure) -> child.cancel(false));
    return child;
  }
}
