package dev.ripcord.bench.rpc;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The process of one side: {@code RpcProcess SIDE}. Reads lines {@code KIND AT-A-TIME VALUES
 * MILLIS}, does so, and prints what came of it. Ends with its standard input.
 */
final class RpcProcess {
  private final Side side;
  private final ManagedChannel channel;
  private final Map<Integer, Load> loads = new HashMap<>(); // by number of values

  private RpcProcess(Side side, ManagedChannel channel) {
    this.side = side;
    this.channel = channel;
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Side side = Side.named(arguments[0]);
    Server server = side.serve();
    RpcProcess process = new RpcProcess(side, side.channel(server.getPort()));
    System.out.println("READY port=" + server.getPort());
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(process.run(line.split(" ", -1)));
    }
    System.exit(0);
  }

  private Load.Result run(String[] order) throws InterruptedException {
    int values = Integer.parseInt(order[2]);
    Load load = loads.computeIfAbsent(values, many -> new Load(channel, Echo.request(many)));
    AtomicReference<Load.@Nullable Result> result = new AtomicReference<>();
    side.with(
        values,
        () -> {
          try {
            result.set(load.run(order[0], Integer.parseInt(order[1]), Long.parseLong(order[3])));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Load.Result done = result.get();
    if (done == null) {
      throw new InterruptedException();
    }
    return done;
  }
}
