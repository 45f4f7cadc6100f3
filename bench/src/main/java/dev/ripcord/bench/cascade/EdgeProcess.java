package dev.ripcord.bench.cascade;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The process that calls and cancels: {@code EdgeProcess BARE-PORTS RIPCORD-PORTS TIMES-PORTS}.
 * Reads lines {@code VARIANT PLAN}, does so, and prints how long after the cancel the last handler
 * stopped, and the edge's own caller had heard the end of all calls, in nanoseconds. {@code VARIANT
 * PLAN CANCELS} does so many, several at a time, and measures nothing. Ends with its standard
 * input.
 */
public final class EdgeProcess {
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
    Side side = sides.get(order[0]);
    if (side == null) {
      throw new IllegalArgumentException("no variant " + order[0]);
    }
    return Edge.cancel(side, order);
  }

  /** One of the variants. */
  private final class Side implements Edge.Calls {
    private final Variant variant;
    private final List<Channel> nodes;

    Side(Variant variant, List<Channel> nodes) {
      this.variant = variant;
      this.nodes = nodes;
    }

    @Override
    public Runnable begin(Plan plan, Edge.Ends ends) {
      return variant.begin(() -> call(plan, ends));
    }

    private void call(Plan plan, Edge.Ends ends) {
      StringValue request = StringValue.of(plan.below().toString());
      for (int call = 0; call < plan.next().calls(); call++) {
        ClientCalls.asyncUnaryCall(
            nodes.get(plan.next().node(call)).newCall(Wire.WORK, CallOptions.DEFAULT),
            request,
            new Listener(ends));
      }
    }

    @Override
    public void awaitStarted(int node, long run, int handlers) {
      ask(Wire.STARTED, node, run, handlers);
    }

    @Override
    public long awaitStopped(int node, long run, int handlers) {
      return Long.parseLong(ask(Wire.STOPPED, node, run, handlers));
    }

    private String ask(
        MethodDescriptor<StringValue, StringValue> what, int node, long run, int handlers) {
      return ClientCalls.blockingUnaryCall(
              times.get(node),
              what,
              CallOptions.DEFAULT.withDeadlineAfter(Edge.PATIENCE_SECONDS, TimeUnit.SECONDS),
              StringValue.of(run + " " + handlers))
          .getValue();
    }
  }

  private record Listener(Edge.Ends ends) implements StreamObserver<StringValue> {
    @Override
    public void onNext(StringValue answer) {
      throw new IllegalStateException("nobody answers here");
    }

    @Override
    public void onError(Throwable canceled) {
      ends.heard();
    }

    @Override
    public void onCompleted() {}
  }
}
