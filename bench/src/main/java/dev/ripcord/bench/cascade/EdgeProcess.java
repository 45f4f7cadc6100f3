package dev.ripcord.bench.cascade;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The process that calls and cancels: {@code EdgeProcess BARE-PORTS RIPCORD-PORTS TIMES-PORTS}.
 * Reads lines {@code VARIANT PLAN}, does so, and prints how long after the cancel the last handler
 * stopped, and the edge's own caller had heard the end of all calls, in nanoseconds. {@code VARIANT
 * PLAN CANCELS} does so many, several at a time, and measures nothing. Ends with its standard
 * input.
 */
final class EdgeProcess {
  private static final long PATIENCE_SECONDS = 20;
  // Whoever asks the nodes would take time from what is being measured.
  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
  private static final long LOOK_NANOS_PER_CALL = TimeUnit.MICROSECONDS.toNanos(50);

  private record Side(Variant variant, List<Channel> nodes) {}

  private final Map<String, Side> sides = new HashMap<>();
  private final List<Channel> times;

  private EdgeProcess(String[] ports) {
    int at = 0;
    for (String name : List.of("bare", "ripcord")) {
      Variant variant = Variant.named(name, "edge");
      List<Channel> nodes =
          ports(ports[at++])
              .<Channel>map(port -> variant.install(Wire.channel(port)).build())
              .toList();
      sides.put(name, new Side(variant, nodes));
    }
    times = ports(ports[at]).<Channel>map(port -> Wire.channel(port).build()).toList();
  }

  private static Stream<Integer> ports(String text) {
    return Stream.of(text.split(",", -1)).map(Integer::valueOf);
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Orders.carryOut("edge=1", new EdgeProcess(arguments)::cancel);
  }

  private String cancel(String line) {
    String[] order = line.split(" ", -1);
    Side side = side(order[0]);
    Plan plan = Plan.parse(order[1]);
    return order.length == 2
        ? cancel(side, plan, 1, FIRST_LOOK_NANOS)
        : cancel(side, plan, Integer.parseInt(order[2]), 0);
  }

  private Side side(String name) {
    Side side = sides.get(name);
    if (side == null) {
      throw new IllegalArgumentException("no variant " + name);
    }
    return side;
  }

  private String cancel(Side side, Plan plan, int trees, long quietNanos) {
    int calls = plan.next().calls() * trees;
    Ends ends = new Ends(calls);
    List<Runnable> cancels = new ArrayList<>();
    for (int i = 0; i < trees; i++) {
      cancels.add(side.variant().begin(() -> call(side.nodes(), plan, ends)));
    }
    plan.handlers()
        .forEach((node, handlers) -> ask(Wire.STARTED, node, plan.run(), handlers * trees));
    LockSupport.parkNanos(quietNanos / 4);
    long begin = System.nanoTime();
    cancels.forEach(Runnable::run);
    long heard = ends.await() - begin;
    LockSupport.parkNanos(quietNanos == 0 ? 0 : quietNanos + calls * LOOK_NANOS_PER_CALL);
    long stopped = Long.MIN_VALUE;
    for (Map.Entry<Integer, Integer> each : plan.handlers().entrySet()) {
      String last = ask(Wire.STOPPED, each.getKey(), plan.run(), each.getValue() * trees);
      stopped = Math.max(stopped, Long.parseLong(last) - begin);
    }
    return stopped + " " + heard;
  }

  private static void call(List<Channel> nodes, Plan plan, Ends ends) {
    StringValue request = StringValue.of(plan.below().toString());
    for (int call = 0; call < plan.next().calls(); call++) {
      ClientCalls.asyncUnaryCall(
          nodes.get(plan.next().node(call)).newCall(Wire.WORK, CallOptions.DEFAULT), request, ends);
    }
  }

  private String ask(
      io.grpc.MethodDescriptor<StringValue, StringValue> what, int node, long run, int handlers) {
    return ClientCalls.blockingUnaryCall(
            times.get(node),
            what,
            CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS),
            StringValue.of(run + " " + handlers))
        .getValue();
  }

  /** When the callers of all calls had heard that they ended. */
  private static final class Ends implements StreamObserver<StringValue> {
    private final CountDownLatch open;
    private final AtomicLong lastNanos = new AtomicLong(Long.MIN_VALUE);

    Ends(int calls) {
      open = new CountDownLatch(calls);
    }

    @Override
    public void onNext(StringValue answer) {
      throw new IllegalStateException("nobody answers here");
    }

    @Override
    public void onError(Throwable canceled) {
      lastNanos.accumulateAndGet(System.nanoTime(), Math::max);
      open.countDown();
    }

    @Override
    public void onCompleted() {}

    long await() {
      try {
        if (open.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          return lastNanos.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IllegalStateException(open.getCount() + " calls have not ended");
    }
  }
}
