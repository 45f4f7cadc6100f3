package dev.ripcord.bench.core;

import dev.ripcord.Context;
import io.grpc.Context.CancellableContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Whether a live context is done, asked at some depth of the tree. */
@State(Scope.Benchmark)
public class PollBenchmark {
  @Param({"1", "8"})
  int depth;

  private Context ours = Context.background();
  private Context oursWithDeadline = Context.background();
  private CancellableContext grpc = io.grpc.Context.ROOT.withCancellation();
  private CancellableContext grpcWithDeadline = grpc;
  private CompletableJob kotlin = JobKt.Job(null);
  private CompletableFuture<Object> future = new CompletableFuture<>();

  private volatile boolean done;

  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);

  /** For JMH. */
  public PollBenchmark() {}

  @Setup
  public void derive() {
    for (int i = 0; i < depth; i++) {
      ours = ours.withCancel().context();
    }
    oursWithDeadline = ours.withTimeout(Duration.ofHours(1)).context();
    for (int i = 1; i < depth; i++) {
      grpc = grpc.withCancellation();
      kotlin = JobKt.Job(kotlin);
      future = Parents.child(future);
    }
    grpcWithDeadline = grpc.withDeadlineAfter(1, TimeUnit.HOURS, timer);
  }

  @TearDown
  public void close() {
    timer.shutdownNow();
  }

  @Benchmark
  public boolean ours() {
    return ours.isDone();
  }

  @Benchmark
  public boolean oursWithDeadline() {
    return oursWithDeadline.isDone();
  }

  @Benchmark
  public boolean grpc() {
    return grpc.isCancelled();
  }

  @Benchmark
  public boolean kotlin() {
    return kotlin.isActive();
  }

  @Benchmark
  public boolean future() {
    return future.isDone();
  }

  @Benchmark
  public boolean grpcWithDeadline() {
    return grpcWithDeadline.isCancelled();
  }

  /** What no answer can be had without. */
  @Benchmark
  public boolean volatileRead() {
    return done;
  }

  /** What a deadline cannot be had without. */
  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }
}
