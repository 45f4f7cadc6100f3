package dev.ripcord.bench.core;

import dev.ripcord.Context;
import dev.ripcord.Key;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A value that was bound at the top, and one that was not bound, asked for with so many other
 * values bound between: a level of the tree each.
 */
@State(Scope.Benchmark)
public class LookupBenchmark {
  private static final Key<String> OURS = Key.local("wanted");
  private static final Key<String> OURS_UNBOUND = Key.local("unbound");
  private static final io.grpc.Context.Key<String> GRPC = io.grpc.Context.key("wanted");
  private static final io.grpc.Context.Key<String> GRPC_UNBOUND = io.grpc.Context.key("unbound");

  @Param({"1", "100"})
  int depth;

  private Context ours = Context.background().withValue(OURS, "x");
  private io.grpc.Context grpc = io.grpc.Context.ROOT.withValue(GRPC, "x");

  /** For JMH. */
  public LookupBenchmark() {}

  @Setup
  public void bind() {
    for (int i = 1; i < depth; i++) {
      ours = ours.withValue(Key.local("other" + i), "y");
      grpc = grpc.withValue(io.grpc.Context.key("other" + i), "y");
    }
  }

  @Benchmark
  public @Nullable String ours() {
    return ours.value(OURS);
  }

  @Benchmark
  public @Nullable String oursUnbound() {
    return ours.value(OURS_UNBOUND);
  }

  @Benchmark
  public @Nullable String grpc() {
    return GRPC.get(grpc);
  }

  @Benchmark
  public @Nullable String grpcUnbound() {
    return GRPC_UNBOUND.get(grpc);
  }
}
