package dev.ripcord.bench.rpc;

import dev.ripcord.bench.cascade.Orders;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Client and server of one or several sides. Reads lines {@code SIDE VALUES STREAMS KIND AT-A-TIME
 * MILLIS}, where STREAMS is how many a connection may have at once, 0 for any number; does so, and
 * answers {@code DONE}; {@code SIDE VALUES STREAMS TAKE} is answered with what all that came to
 * since the last time. Ends with its standard input.
 */
final class RpcProcess {
  /** The order that takes results. */
  static final String TAKE = "TAKE";

  private final Map<String, Side> sides = new HashMap<>(); // by name
  private final Map<String, ManagedChannel> channels = new HashMap<>(); // by side and streams
  private final Map<String, Load> loads = new HashMap<>(); // by side, values and streams

  private RpcProcess() {}

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Orders.carryOut("rpc=1", new RpcProcess()::handle);
  }

  private String handle(String line) throws IOException {
    String[] order = line.split(" ", -1);
    Side side = sides.computeIfAbsent(order[0], Side::named);
    int values = Integer.parseInt(order[1]);
    Load load = load(order[0], side, values, Integer.parseInt(order[2]));
    if (order[3].equals(TAKE)) {
      return load.take().toString();
    }
    side.with(
        values,
        () -> {
          try {
            load.run(order[3], Integer.parseInt(order[4]), Long.parseLong(order[5]));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody interrupts this process
          }
        });
    return "DONE";
  }

  private Load load(String name, Side side, int values, int streams) throws IOException {
    String key = name + "/" + values + "/" + streams;
    Load load = loads.get(key);
    if (load == null) {
      load = new Load(channel(name, side, streams), Echo.request(values));
      loads.put(key, load);
    }
    return load;
  }

  private ManagedChannel channel(String name, Side side, int streams) throws IOException {
    String key = name + "/" + streams;
    ManagedChannel channel = channels.get(key);
    if (channel == null) {
      channel = side.channel(side.serve(streams).getPort());
      channels.put(key, channel);
    }
    return channel;
  }
}
