package dev.ripcord.bench.rpc;

import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The process of one side: {@code RpcProcess SIDE}. Reads lines {@code KIND AT-A-TIME VALUES MILLIS
 * STREAMS}, where STREAMS is how many a connection may have at once, 0 for any number; does so, and
 * prints what came of it. Ends with its standard input.
 */
final class RpcProcess {
  private final Side side;
  private final Map<Integer, ManagedChannel> channels = new HashMap<>(); // by streams at once
  private final Map<String, Load> loads = new HashMap<>(); // by streams at once and values

  private RpcProcess(Side side) {
    this.side = side;
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    RpcProcess process = new RpcProcess(Side.named(arguments[0]));
    System.out.println("READY side=" + arguments[0]);
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(process.run(line.split(" ", -1)));
    }
    System.exit(0);
  }

  private Load.Result run(String[] order) throws IOException, InterruptedException {
    int values = Integer.parseInt(order[2]);
    Load load = load(Integer.parseInt(order[4]), values);
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

  private Load load(int streams, int values) throws IOException {
    String name = streams + "/" + values;
    Load load = loads.get(name);
    if (load == null) {
      load = new Load(channel(streams), Echo.request(values));
      loads.put(name, load);
    }
    return load;
  }

  private ManagedChannel channel(int streams) throws IOException {
    ManagedChannel channel = channels.get(streams);
    if (channel == null) {
      channel = side.channel(side.serve(streams).getPort());
      channels.put(streams, channel);
    }
    return channel;
  }
}
