package dev.ripcord.bench.core;

import dev.ripcord.CancelScope;
import io.grpc.Context.CancellableContext;
import java.util.concurrent.CompletableFuture;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Benchmark;

/** A child of a live parent is made and cancelled; nobody listens. */
public class DeriveBenchmark {

  /** For JMH. */
  public DeriveBenchmark() {}

  @Benchmark
  public boolean ours(Parents parents, Parents.Count count) {
    CancelScope scope = parents.ours(count).withCancel();
    return scope.cancel();
  }

  @Benchmark
  public boolean grpc(Parents parents, Parents.Count count) {
    CancellableContext child = parents.grpc(count).withCancellation();
    return child.cancel(null);
  }

  @Benchmark
  public CompletableJob kotlin(Parents parents, Parents.Count count) {
    CompletableJob child = JobKt.Job(parents.kotlin(count));
    child.cancel(null);
    return child;
  }

  @Benchmark
  public boolean future(Parents parents, Parents.Count count) {
    CompletableFuture<Object> child = Parents.child(parents.future(count));
    return child.cancel(false);
  }

  /** What a node cannot be had without, being as large. */
  @Benchmark
  public Object allocation() {
    return new long[3];
  }

  @Benchmark
  public Object scope() throws Throwable {
    return Scopes.openAndClose();
  }
}
