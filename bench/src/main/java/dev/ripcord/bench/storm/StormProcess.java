package dev.ripcord.bench.storm;

import com.google.protobuf.StringValue;
import dev.ripcord.bench.cascade.Variant;
import dev.ripcord.bench.cascade.Wire;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A caller and a callee with one connection: {@code StormProcess VARIANT RESETS}, where RESETS is
 * how many the callee takes in half a minute before it cuts the connection, 0 for any number. Reads
 * lines {@code MILLIS}, lets a storm blow for so long, and prints what came of it. Ends with its
 * standard input.
 */
final class StormProcess {
  static final String SLOW = "slow";
  static final String RELEASE = "release";
  static final String ECHO = "echo";
  static final String DOOMED = "doomed";

  private static final int WINDOW_SECONDS = 30;

  private final AtomicInteger connections = new AtomicInteger();
  private final Queue<StreamObserver<StringValue>> slow = new ConcurrentLinkedQueue<>();

  private StormProcess() {}

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Variant variant = Variant.named(arguments[0], "storm");
    StormProcess callee = new StormProcess();
    int port = callee.serve(variant, Integer.parseInt(arguments[1]));
    ManagedChannel channel = variant.install(Wire.channel(port)).build();
    Storm storm = new Storm(variant, channel, callee.connections);
    System.out.println("READY port=" + port);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(storm.blow(Long.parseLong(line)));
    }
    System.exit(0);
  }

  private int serve(Variant variant, int resets) throws IOException {
    NettyServerBuilder server = variant.install(Wire.server());
    if (resets > 0) {
      server.maxRstFramesPerWindow(resets, WINDOW_SECONDS);
    }
    return server
        .addTransportFilter(
            new ServerTransportFilter() {
              @Override
              public Attributes transportReady(Attributes transport) {
                connections.incrementAndGet();
                return transport;
              }
            })
        .addService(
            ServerServiceDefinition.builder(Wire.SERVICE)
                .addMethod(Wire.WORK, ServerCalls.asyncUnaryCall(this::handle))
                .build())
        .build()
        .start()
        .getPort();
  }

  private void handle(StringValue request, StreamObserver<StringValue> caller) {
    switch (request.getValue()) {
      case SLOW -> slow.add(caller);
      case RELEASE -> {
        for (var one = slow.poll(); one != null; one = slow.poll()) {
          answer(one);
        }
        answer(caller);
      }
      case ECHO -> answer(caller);
      default -> {
        // Is canceled.
      }
    }
  }

  private static void answer(StreamObserver<StringValue> caller) {
    try {
      caller.onNext(StringValue.getDefaultInstance());
      caller.onCompleted();
    } catch (IllegalStateException | io.grpc.StatusRuntimeException gone) {
      // So the caller has heard.
    }
  }
}
